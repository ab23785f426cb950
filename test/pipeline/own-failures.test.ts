import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PreferenceExample } from '../../src/corpus/dataset.js';
import { textOf } from '../../src/corpus/examples.js';
import { formByName } from '../../src/poetry/forms/forms.js';
import { themeCoverage } from '../../src/poetry/themes.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';
import { shiren } from '../shiren.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-rejected-'));

function build(name: string, ...more: string[]): PreferenceExample[] {
  const out = path.join(folder, name);
  expect(shiren(['data', 'build', '--out', out, ...more]).code).toBe(0);
  const lines = readFileSync(path.join(out, 'preference/train.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as PreferenceExample);
}

describe('pairs with a model’s own failures', () => {
  it('have, for a share of the poems, an answer of the model that fails the check it names', () => {
    const plain = build('plain');
    const sampled = build('sampled', '--from-model', 'models/miniature-dpo', '--from-model-share', '0.5');
    expect(sampled).toHaveLength(plain.length);
    const own = sampled.filter(({ rejected_reason: reason }) => reason === 'sampled');
    // Some of the poems it is asked for pass every check, and their pairs stay.
    expect(own.length / plain.length).toBeGreaterThan(0.25);
    expect(own.length / plain.length).toBeLessThan(0.55);
    sampled.forEach((pair, index) => {
      if (pair.rejected_reason !== 'sampled') return expect(pair).toEqual(plain[index]);
      expect(pair.chosen).toEqual(plain[index]!.chosen);
      const text = textOf(pair.rejected);
      const unmet = unmetConstraints(text, formByName(pair.form!)!, {});
      const offTheme = themeCoverage(text, pair.themes ?? []) === 0;
      expect(unmet[0] ?? (offTheme ? 'speaks of none of the themes' : undefined)).toBe(pair.rejected_check);
    });
    const file = path.join(folder, 'sampled/preference/train.jsonl');
    expect(shiren(['data', 'check', file]).code).toBe(0);
    expect(readFileSync(path.join(folder, 'sampled/README.md'), 'utf8')).toContain('rejected_check');
    const again = build('again', '--from-model', 'models/miniature-dpo', '--from-model-share', '0.5');
    expect(again).toEqual(sampled);
  });
});
