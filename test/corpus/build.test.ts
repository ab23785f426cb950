import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { readPreferenceDataset, readSftDataset } from '../../src/corpus/dataset.js';
import { checkDataset } from '../../src/pipeline/check-dataset.js';
import { FORMS, type FormName } from '../../src/poetry/forms/forms.js';
import { SCENE_WORDS } from '../../src/poetry/scene-words.js';
import { parsePrompt } from '../../src/poetry/prompt.js';
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

  it.each([
    [{ validationShare: 1.5 }, 'validationShare: found 1.5, expected a number from 0 to 1'],
    [{ testShare: -0.1 }, 'testShare: found -0.1, expected a number from 0 to 1'],
    [{ minQuality: NaN }, 'minQuality: found NaN, expected a number from 0 to 1'],
    [{ seed: 0.5 }, 'seed: found 0.5, expected a whole number from 0 to'],
  ])('are not built with %j', async (wrong, message) => {
    await expect(buildDatasets({ ...options, ...wrong, out: folder })).rejects.toThrow(message);
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
      // Some ways of asking leave the form to the poet.
      expect([form, undefined]).toContain(parsePrompt(prompt[0]!.content).form);
      if (prompt[0]!.content.includes('言')) expect(parsePrompt(prompt[0]!.content).form).toBe(form);
    }
  });

  it('reject for every reason, never with the chosen text', async () => {
    const pairs = await readPreferenceDataset(path.join(folder, 'preference/train.jsonl'));
    expect(new Set(pairs.map(({ rejected_reason }) => rejected_reason)).size).toBe(10);
    for (const { chosen, rejected } of pairs) expect(rejected).not.toEqual(chosen);
  });

  it('word one prompt in ten in another way, which says the same', async () => {
    const examples = await readSftDataset(path.join(folder, 'clean/train.jsonl'));
    const other = examples.filter(({ prompt }) => !prompt[0]!.content.startsWith('写一首['));
    expect(other.length / examples.length).toBeGreaterThan(0.03);
    expect(other.length / examples.length).toBeLessThan(0.2);
    const everyday = SCENE_WORDS.flatMap(({ speech }) => speech);
    for (const { prompt, completion, themes, title } of other) {
      const text = `${title} ${completion[0]!.content}`;
      for (const theme of parsePrompt(prompt[0]!.content).themes) {
        const said =
          themes?.includes(theme) === true ||
          text.includes(theme) ||
          everyday.some((word) => theme.includes(word));
        expect([theme, said]).toEqual([theme, true]);
      }
    }
  });

  it('drop weak poems by a quality that can be set', async () => {
    const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-build-'));
    const { decisions, kept } = await buildDatasets({ ...options, out, minQuality: 0.8 });
    const all = await buildDatasets({ ...options, out, minQuality: 0 });
    expect(decisions['dropped quality']).toBeGreaterThan(0);
    expect(all.decisions['dropped quality']).toBeUndefined();
    expect(kept).toBeLessThan(all.kept);
  });

  it('come with a data card that lists what was dropped', () => {
    const card = readFileSync(path.join(folder, 'README.md'), 'utf8');
    expect(card).toContain('config_name: preference');
    expect(card).toMatch(/\| near-duplicate \| dropped \| \d+ \|/);
  });

  it('are validated line by line', async () => {
    expect(await checkDataset({ files: [path.join(folder, 'preference/train.jsonl')] })).toMatchObject({
      kind: 'preference',
    });
    const bad = path.join(folder, 'bad.jsonl');
    await writeFileWhole(bad, '{"prompt":[{"role":"user","content":"写"}],"completion":"text"}\n');
    await expect(checkDataset({ files: [bad] })).rejects.toThrow(
      'bad.jsonl:1: completion: found "text", expected a list of {role, content}',
    );
  });
});
