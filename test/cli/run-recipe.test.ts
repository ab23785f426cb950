import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runRecipe } from '../../src/cli/run-recipe.js';
import { buildDatasets } from '../../src/corpus/build.js';
import { readPreferenceDataset } from '../../src/corpus/dataset.js';
import { loadAdapter } from '../../src/model/lora.js';
import { openModel } from '../../src/model/folder.js';
import { parseRecipe } from '../../src/training/recipe.js';

const readLines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const recipe = (stage: string) =>
  parseRecipe(
    `
model_name_or_path: models/miniature
defaults: { per_device_train_batch_size: 4, gradient_accumulation_steps: 1, max_length: 96, row_length: 96 }
stages:
  - ${stage}
`,
    'test.yaml',
  );

describe('running a recipe', () => {
  const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-run-'));
  const data = path.join(out, 'data');
  beforeAll(async () => {
    await buildDatasets({ source: 'data/starter', out: data });
    cpSync('models/miniature-dpo', path.join(out, 'start'), { recursive: true });
  });

  it('keeps the last snapshots, writes event files and poems on the way', async () => {
    const stage = `{ name: watched, type: sft, train_dataset: clean/train.jsonl, max_steps: 6, save_steps: 1,
      save_total_limit: 2, report_to: tensorboard, sample_steps: 3, sample_prompts: [写一首, 来一首] }`;
    expect(await runRecipe({ recipe: recipe(stage), data, out, json: true })).toBe(true);
    const folder = path.join(out, 'watched');
    expect(readdirSync(folder).filter((name) => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-5',
      'checkpoint-6',
    ]);
    const { config } = await openModel('models/miniature');
    const last = await loadAdapter(path.join(folder, 'checkpoint-6'), config);
    expect(last.layers).toEqual((await loadAdapter(folder, config)).layers);
    const samples = readLines(path.join(folder, 'samples.jsonl'));
    expect(samples.map(({ step, prompt }) => `${String(step)} ${String(prompt)}`)).toEqual([
      '3 写一首',
      '3 来一首',
      '6 写一首',
      '6 来一首',
    ]);
    expect(existsSync(path.join(folder, 'runs'))).toBe(true);
  });

  it('alternates sampling and DPO for rounds, each on pairs of the model as it is then', async () => {
    const stage = `{ name: online, type: iterative_dpo, adapter_from: start, train_dataset: clean/train.jsonl,
      num_rounds: 2, prompts_per_round: 6, num_generations: 3, num_train_epochs: 1, learning_rate: 1.0e-4 }`;
    expect(await runRecipe({ recipe: recipe(stage), data, out, json: true })).toBe(true);
    const folder = path.join(out, 'online');
    const pairs = await Promise.all(
      [1, 2].map((round) => readPreferenceDataset(path.join(folder, `round-${round}`, 'pairs.jsonl'))),
    );
    for (const round of pairs) {
      for (const pair of round as unknown as Record<'chosen_score' | 'rejected_score', number>[]) {
        expect(pair.chosen_score - pair.rejected_score).toBeGreaterThanOrEqual(0.1);
      }
    }
    const { config } = await openModel('models/miniature');
    const adapter = await loadAdapter(folder, config);
    expect(adapter.layers).toEqual((await loadAdapter(path.join(folder, 'round-2'), config)).layers);
    expect(adapter.layers).not.toEqual((await loadAdapter(path.join(folder, 'round-1'), config)).layers);
    const [first] = readLines(path.join(folder, 'round-2', 'metrics.jsonl'));
    expect(first).toHaveProperty('rewards/margins');
  });
});
