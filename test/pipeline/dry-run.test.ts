/** What is said of a run before it is begun, against the run. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { dryRun } from '../../src/pipeline/dry-run.js';
import type { StageEstimate } from '../../src/pipeline/estimate.js';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { parseRecipe } from '../../src/training/recipe.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'shiren-dry-run-'));
const data = path.join(root, 'data');
const recipe = (...stages: object[]) =>
  parseRecipe(
    JSON.stringify({
      model_name_or_path: 'models/miniature',
      defaults: {
        per_device_train_batch_size: 4,
        gradient_accumulation_steps: 2,
        max_steps: 3,
        max_length: 96,
      },
      stages,
    }),
    'r.yaml',
  );

beforeAll(async () => {
  await buildDatasets({ source: 'data/starter', out: data });
});

describe('a dry run', () => {
  it.each([
    { name: 'sft', type: 'sft', train_dataset: 'clean/train.jsonl' },
    { name: 'dpo', type: 'dpo', train_dataset: 'preference/train.jsonl' },
    { name: 'kto', type: 'kto', train_dataset: 'preference/train.jsonl' },
  ])('says the steps and tokens that a run of $type has', { timeout: 120_000 }, async (stage) => {
    const options = { recipe: recipe(stage), data, out: path.join(root, 'out') };
    const [said] = (await dryRun(options)) as [StageEstimate];
    expect(existsSync(path.join(options.out, stage.name))).toBe(false);
    let before: StageEstimate | undefined;
    await runRecipe({ ...options, onEstimate: (_, estimate) => (before = estimate) });
    const steps = readFileSync(path.join(options.out, stage.name, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { num_tokens: number });
    expect(said).toMatchObject({ stage: stage.name, steps: steps.length, examplesPerStep: 8 });
    expect(said.tokens).toBe(steps.reduce((sum, { num_tokens: tokens }) => sum + tokens, 0));
    expect(said.seconds).toBeGreaterThan(0);
    expect({ ...before, seconds: said.seconds }).toEqual(said);
  });

  it(
    'of a chain of stages, those that sample among them, says all of them',
    { timeout: 120_000 },
    async () => {
      const stages = [
        { name: 'sft', type: 'sft', train_dataset: 'clean/train.jsonl' },
        {
          ...{ name: 'grpo', type: 'grpo', train_dataset: 'clean/train.jsonl', adapter_from: 'sft' },
          ...{ num_generations: 4, max_completion_length: 24, num_iterations: 2, max_steps: 7 },
        },
        {
          ...{
            name: 'rounds',
            type: 'iterative_dpo',
            train_dataset: 'clean/train.jsonl',
            adapter_from: 'sft',
          },
          ...{ num_rounds: 2, prompts_per_round: 16, num_generations: 4, num_train_epochs: 1, max_steps: -1 },
        },
      ];
      const out = path.join(root, 'chain');
      const estimates = (await dryRun({ recipe: recipe(...stages), data, out })) ?? [];
      expect(estimates.map(({ stage, steps }) => [stage, steps])).toEqual([
        ['sft', 3],
        ['grpo', 7],
        ['rounds', 4],
      ]);
      for (const { seconds, memory } of estimates) {
        expect(seconds).toBeGreaterThan(0);
        expect(memory.sampling > 0).toBe(memory !== estimates[0]?.memory);
      }
      expect(existsSync(out)).toBe(false);
    },
  );
});
