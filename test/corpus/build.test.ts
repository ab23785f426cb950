import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { checkDataset, readPreferenceDataset, readSftDataset } from '../../src/corpus/dataset.js';
import { FORMS, type FormName } from '../../src/poetry/forms.js';
import { characters, splitLines } from '../../src/poetry/text.js';
import { writeFileWhole } from '../../src/support/files.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-build-'));
const options = { source: 'data/starter', seed: 1, testShare: 0.1, validationShare: 0.05 };

describe('the data sets of the starter corpus', () => {
  beforeAll(() => buildDatasets({ ...options, out: folder }));

  it('are the same bytes for the same seed', async () => {
    const again = mkdtempSync(path.join(os.tmpdir(), 'shiren-build-'));
    await buildDatasets({ ...options, out: again });
    for (const name of ['raw/train.jsonl', 'clean/train.jsonl', 'preference/train.jsonl', 'prompts.jsonl']) {
      expect(readFileSync(path.join(again, name))).toEqual(readFileSync(path.join(folder, name)));
    }
  });

  it('share no two lines between what is trained on and what is held out', async () => {
    const prompts = readFileSync(path.join(folder, 'prompts.jsonl'), 'utf8').trim().split('\n');
    const held = new Set(
      prompts.flatMap((line) => splitLines((JSON.parse(line) as { reference: string }).reference)),
    );
    for (const set of ['raw', 'clean']) {
      for (const { completion } of await readSftDataset(path.join(folder, set, 'train.jsonl'))) {
        const shared = splitLines(completion[0]!.content).filter((line) => held.has(line));
        expect(shared.length).toBeLessThan(2);
      }
    }
  });

  it('ask for what the clean answer is', async () => {
    for (const { completion, form, prompt } of await readSftDataset(path.join(folder, 'clean/train.jsonl'))) {
      const { lines, length } = FORMS[form as FormName];
      const found = splitLines(completion[0]!.content);
      expect(found).toHaveLength(lines);
      expect(found.every((line) => characters(line).length === length)).toBe(true);
      expect(prompt[0]!.content).toContain(`写一首[${form}] 要求${lines}句`);
    }
  });

  it('reject for every reason, never with the chosen text', async () => {
    const pairs = await readPreferenceDataset(path.join(folder, 'preference/train.jsonl'));
    expect(new Set(pairs.map(({ rejected_reason }) => rejected_reason)).size).toBe(9);
    for (const { chosen, rejected } of pairs) expect(rejected).not.toEqual(chosen);
  });

  it('are validated line by line', async () => {
    expect(await checkDataset(path.join(folder, 'preference/train.jsonl'))).toMatchObject({
      kind: 'preference',
    });
    const bad = path.join(folder, 'bad.jsonl');
    await writeFileWhole(bad, '{"prompt":[{"role":"user","content":"写"}],"completion":"text"}\n');
    await expect(checkDataset(bad)).rejects.toThrow(
      'bad.jsonl:1: completion: found "text", expected a list of {role, content}',
    );
  });
});
