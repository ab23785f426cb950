/** GRPO through the pipeline: answers sampled in the process, judged, learnt from; killed in the middle and taken up again. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { tinyModel } from '../support-tiny-model.js';

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-grpo-'));
const data = temporary();
beforeAll(async () => {
  await buildDatasets({ source: 'data/starter', out: data });
});

const readLines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a grpo stage', () => {
  it('raises the reward that it is given', async () => {
    const out = temporary();
    const reward = path.join(out, 'water.mjs');
    writeFileSync(
      reward,
      'export const reward = (poems) => poems.map(({ text }) => Math.min(1, (text.match(/[水江河海]/gu) ?? []).length / 4));',
    );
    const recipe = parseRecipe(
      JSON.stringify({
        model_name_or_path: 'models/miniature',
        stages: [
          {
            ...{
              name: 'water',
              type: 'grpo',
              train_dataset: 'clean/train.jsonl',
              adapter_from: 'models/miniature-dpo',
            },
            ...{
              rewards: [{ module: reward }, { name: 'length', weight: 0.5 }],
              num_generations: 8,
              max_steps: 8,
            },
            ...{ per_device_train_batch_size: 32, gradient_accumulation_steps: 1, learning_rate: 2e-3 },
            ...{ lr_scheduler_type: 'constant', row_length: 192, max_length: 96 },
          },
        ],
      }),
      'r.yaml',
    );
    const seconds: (object | undefined)[] = [];
    expect(
      await runRecipe({ recipe, data, out, onProgress: (_, progress) => seconds.push(progress.seconds) }),
    ).toBe(true);
    const steps = readLines(path.join(out, 'water', 'metrics.jsonl')) as Record<string, number>[];
    const rewards = steps.map((step) => step['rewards/water/mean']!);
    const mean = (values: number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
    expect(mean(rewards.slice(-2))).toBeGreaterThan(mean(rewards.slice(0, 2)) + 0.1);
    expect(Object.keys(steps[0]!)).toEqual(
      expect.arrayContaining([
        'reward',
        'reward_std',
        'rewards/length/mean',
        'frac_reward_zero_std',
        'entropy',
        'completions/mean_length',
        'clip_ratio/region_mean',
      ]),
    );
    expect(Object.keys(seconds.at(-1) ?? {})).toEqual(['sampling', 'judging', 'training']);
    const batches = readLines(path.join(out, 'water', 'completions.jsonl')) as {
      completions: { text: string }[];
    }[];
    expect(batches.map(({ completions }) => completions.length)).toEqual(new Array(8).fill(32));
  });

  it.each([
    [{ rewards: ['rime'] }, /rewards: rime: no reward of this name, did you mean rhyme\?/],
    [
      { rewards: [{ module: './nowhere.ts' }] },
      /nowhere\.ts: no such file, expected a module with a function reward/,
    ],
    [{ num_generations: 5 }, /num_generations: found 5, expected a divisor of the 8 answers of a step/],
    [{ reward_weights: [1] }, /reward_weights: found 1 numbers, expected one for each of 4 rewards/],
    [{ train_dataset: 'preference/train.jsonl' }, /preference\/train\.jsonl:1: completion: found nothing/],
  ])('with %j is refused before it trains', async (settings, message) => {
    const stage = { name: 'a', type: 'grpo', train_dataset: 'clean/train.jsonl', ...settings };
    const run = async (): Promise<boolean> => {
      const source = JSON.stringify({ model_name_or_path: 'models/miniature', stages: [stage] });
      return runRecipe({ recipe: parseRecipe(source, 'r.yaml'), data, out: temporary() });
    };
    await expect(run()).rejects.toThrow(message);
  });

  it('killed at 8 moments, while it samples too, ends in the same bytes', { timeout: 900_000 }, async () => {
    const folder = temporary();
    const recipe = path.join(folder, 'recipe.yaml');
    writeFileSync(
      recipe,
      [
        `model_name_or_path: ${(await tinyModel()).folder}`,
        'stages:',
        '  - {name: grpo, type: grpo, train_dataset: clean/train.jsonl, r: 4, lora_dropout: 0.1, learning_rate: 1.0e-2, rewards: [length, diversity], beta: 0.04,',
        '     num_iterations: 2, num_generations: 4, max_completion_length: 24, per_device_train_batch_size: 8, gradient_accumulation_steps: 1, max_steps: 24, save_steps: 3}',
      ].join('\n'),
    );
    const train = (out: string, delay?: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const args = [
          '--import',
          'tsx',
          'test/run-cli.ts',
          'train',
          recipe,
          '--data',
          data,
          '--threads',
          '2',
          '--out',
          out,
        ];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        const log = path.join(out, 'grpo', 'metrics.jsonl');
        const before = existsSync(log) ? readFileSync(log, 'utf8').split('\n').length : 0;
        let errors = '';
        child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
        const timer = setInterval(() => {
          if (delay === undefined || !existsSync(log)) return;
          // A few steps further than the last time, and then somewhere in a step.
          if (readFileSync(log, 'utf8').split('\n').length < Math.min(before + 2, 22)) return;
          clearInterval(timer);
          setTimeout(() => child.kill('SIGKILL'), delay);
        }, 2);
        child.on('exit', (code, signal) => {
          clearInterval(timer);
          if (code === 0 || signal === 'SIGKILL') resolve();
          else reject(new Error(errors));
        });
      });
    const [straight, broken] = [temporary(), temporary()];
    await train(straight);
    for (let kill = 0; kill < 8; kill += 1) await train(broken, 7 * kill);
    await train(broken);
    for (const name of ['adapter_model.safetensors', 'metrics.jsonl', 'completions.jsonl']) {
      const [a, b] = [straight, broken].map((out) => readFileSync(path.join(out, 'grpo', name)));
      expect(a!.equals(b!), name).toBe(true);
    }
  });
});
