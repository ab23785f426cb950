import { existsSync, mkdtempSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { openModel } from '../../src/model/folder.js';
import { initialiseAdapter, loadAdapter, type Adapter } from '../../src/model/lora.js';
import { scoreTrees } from '../../src/training/scoring.js';
import { stageRecipe, type SftRecipe } from '../../src/training/recipe.js';
import { newAdapter, trainStage } from '../../src/training/train-stage.js';
import type { RunEnd } from '../../src/training/trainer.js';
import { tinyModel } from '../support-tiny-model.js';

const recipe = stageRecipe({
  name: 'stage',
  type: 'sft',
  train_dataset: 'train.jsonl',
  r: 4,
  max_steps: 3,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  learning_rate: 1e-3,
});
const trees = Array.from({ length: 8 }, (_, index) => ({
  prompt: [3, 4, 5],
  completions: [[6 + index, 7 + index, 8 + index]],
}));
const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-trainer-'));

async function train(
  change: Partial<SftRecipe> = {},
  adapter?: Adapter,
  threads?: number,
): Promise<Adapter | undefined> {
  const model = await openModel((await tinyModel()).folder);
  return trainStage({
    model,
    recipe: { ...recipe, ...change },
    trees,
    adapter,
    folder: newFolder(),
    baseName: 'tiny',
    threads,
  });
}

describe('a stage', () => {
  it('refuses tokens that the model does not have, before it trains', async () => {
    const model = await openModel((await tinyModel()).folder);
    const folder = newFolder();
    const other = [...trees, { prompt: [3], completions: [[151_643]] }];
    await expect(trainStage({ model, recipe, trees: other, folder, baseName: 'tiny' })).rejects.toThrow(
      /^stage: example 9 has the token 151643, expected ids below \d+/,
    );
    expect(existsSync(path.join(folder, 'metrics.jsonl'))).toBe(false);
  });

  it('stops at a loss that is not a number, naming step and examples', async () => {
    const model = await openModel((await tinyModel()).folder);
    const adapter = initialiseAdapter(
      model.config,
      { r: 4, loraAlpha: 32, loraDropout: 0, targetModules: recipe.target_modules },
      1,
    );
    for (const { b } of adapter.layers.values()) b.data.fill(1e30);
    await expect(train({}, adapter)).rejects.toThrow(
      /^stage: step 1: loss NaN, gradient norm NaN, expected finite numbers \(examples \d+(, \d+)*\)/,
    );
  });

  it('ends in the same adapter whether its micro-batches run one after the other or side by side', async () => {
    const dropout = { lora_dropout: 0.2 };
    const [one, two] = [await train(dropout, undefined, 1), await train(dropout, undefined, 2)];
    expect(two).toEqual(one);
  });

  it('ends in nearly the same adapter when it computes activations anew, or with an int8 base', async () => {
    process.env['SHIREN_CACHE'] = newFolder();
    const plain = await train();
    const anew = await train({ gradient_checkpointing: true });
    const rounded = await train({ base_dtype: 'int8' });
    for (const [name, { b }] of plain!.layers) {
      const largest = Math.max(...b.data.map(Math.abs));
      b.data.forEach((value, index) => {
        expect(Math.abs(anew!.layers.get(name)!.b.data[index]! - value)).toBeLessThan(0.02 * largest);
      });
      const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
      const other = rounded!.layers.get(name)!.b.data;
      expect(dot(b.data, other) / Math.sqrt(dot(b.data, b.data) * dot(other, other))).toBeGreaterThan(0.95);
    }
  });

  it('trains the same with the same dropout, and keeps it with the adapter', async () => {
    const [first, again, without] = [
      await train({ lora_dropout: 0.2 }),
      await train({ lora_dropout: 0.2 }),
      await train(),
    ];
    expect(again!.layers).toEqual(first!.layers);
    expect(without!.layers).not.toEqual(first!.layers);
    expect(first!.config.loraDropout).toBe(0.2);
    const anew = await train({ lora_dropout: 0.2, gradient_checkpointing: true });
    for (const [name, { b }] of first!.layers) {
      const largest = Math.max(...b.data.map(Math.abs));
      b.data.forEach((value, index) => {
        expect(Math.abs(anew!.layers.get(name)!.b.data[index]! - value)).toBeLessThan(0.02 * largest);
      });
    }
  });

  it('takes NEFTune’s noise, the same each time, and faster steps for B', async () => {
    const plain = await train();
    const noise = { neftune_noise_alpha: 5 };
    const [first, again] = [await train(noise), await train(noise)];
    expect(again!.layers).toEqual(first!.layers);
    expect(first!.layers).not.toEqual(plain!.layers);
    // AdamW's steps are as long as the learning rate: of B they are longer, of A they begin when B is no longer zero.
    const fast = await train({ loraplus_lr_ratio: 4 });
    const size = (values: Float32Array): number => Math.hypot(...values);
    const total = (adapter: typeof plain): number =>
      [...adapter!.layers.values()].reduce((sum, { b }) => sum + size(b.data), 0);
    expect(total(fast) / total(plain)).toBeGreaterThan(2);
  });

  it.each(['olora', 'pissa'] as const)(
    'of %s leaves the half that stands for the base as it was',
    async (start) => {
      const model = await openModel((await tinyModel()).folder);
      const begun = await newAdapter(model, { ...recipe, init_lora_weights: start });
      const ended = (await train({ init_lora_weights: start }))!;
      for (const [name, { a, b }] of ended.layers) {
        const before = begun.layers.get(name)!;
        const [rank = 0, inner = 0] = a.shape;
        expect(a.data.slice((rank / 2) * inner)).toEqual(before.a.data.slice((rank / 2) * inner));
        expect(a.data.slice(0, inner)).not.toEqual(before.a.data.slice(0, inner));
        b.data.forEach((value, index) => {
          if (index % rank >= rank / 2) expect(value).toBe(before.b.data[index]);
        });
      }
    },
  );

  it('writes a line a step under the names of TRL', async () => {
    const model = await openModel((await tinyModel()).folder);
    const folder = newFolder();
    await trainStage({ model, recipe, trees, folder, baseName: 'tiny' });
    const lines = (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(Object.keys(JSON.parse(lines[0]!) as object)).toEqual(
      expect.arrayContaining(['step', 'epoch', 'loss', 'grad_norm', 'learning_rate', 'num_tokens']),
    );
  });

  it('watches a validation set, stops when it gets no better, and ends with the best weights', async () => {
    const model = await openModel((await tinyModel()).folder);
    const folder = newFolder();
    const settings = {
      ...recipe,
      max_steps: 40,
      num_train_epochs: 40,
      learning_rate: 3e-2,
      eval_steps: 2,
      early_stopping_patience: 3,
    };
    // What is watched has nothing to do with what is learnt: its loss rises before long.
    const validation = [{ prompt: [3, 4, 5], completions: [[40, 41, 42]] }];
    const run = (load_best_model_at_end: boolean): Promise<Adapter | undefined> =>
      trainStage({
        model,
        recipe: { ...settings, load_best_model_at_end },
        trees,
        validation,
        folder,
        baseName: 'tiny',
      });
    const best = await run(true);
    const lines = (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const evaluations = lines
      .map((line) => JSON.parse(line) as { step: number; eval_loss?: number })
      .filter((line) => line.eval_loss !== undefined);
    const losses = evaluations.map((line) => line.eval_loss!);
    expect(evaluations.map(({ step }) => step)).toEqual(evaluations.map((_, index) => 2 * index + 2));
    expect(evaluations.length).toBeLessThan(20);
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 4);

    const base = await freezeBase(model);
    const score = async (adapter: Adapter): Promise<number> =>
      -(await scoreTrees(base, adapter, validation, 32))[0]![0]! / 3;
    expect(await score(best!)).toBeCloseTo(Math.min(...losses), 4);
    expect(await score((await run(false))!)).toBeCloseTo(losses.at(-1)!, 4);
  });

  it('keeps the adapter of the best evaluation whatever save_total_limit says, and names its step', async () => {
    const model = await openModel((await tinyModel()).folder);
    const watched = {
      ...{ ...recipe, max_steps: 40, num_train_epochs: 40, learning_rate: 3e-2 },
      ...{ eval_steps: 2, early_stopping_patience: 3, save_steps: 1 },
    };
    const validation = [{ prompt: [3, 4, 5], completions: [[40, 41, 42]] }];
    const kept = await Promise.all(
      [0, 2].map(async (save_total_limit) => {
        const folder = newFolder();
        let end: RunEnd | undefined;
        const settings = { ...watched, save_total_limit };
        await trainStage({
          ...{ model, recipe: settings, trees, validation, folder, baseName: 'tiny' },
          onEnd: (found) => (end = found),
        });
        const lines = (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
        const evaluations = lines
          .map((line) => JSON.parse(line) as { step: number; eval_loss?: number; best_global_step?: number })
          .filter((line) => line.eval_loss !== undefined);
        const [best] = [...evaluations].sort((a, b) => a.eval_loss! - b.eval_loss!);
        const last = evaluations.at(-1)!;
        expect(last.best_global_step).toBe(best!.step);
        expect(end).toEqual({
          ...{ step: last.step, totalSteps: 40 },
          best: { step: best!.step, loss: best!.eval_loss },
        });
        const adapter = await loadAdapter(path.join(folder, `checkpoint-${best!.step}`), model.config);
        const score = (await scoreTrees(await freezeBase(model), adapter, validation, 32))[0]![0]!;
        expect(-score / 3).toBeCloseTo(best!.eval_loss!, 4);
        const snapshots = (await readdir(folder)).filter((name) => name.startsWith('checkpoint-'));
        return snapshots.map((name) => last.step - Number(name.split('-')[1])).sort((a, b) => a - b);
      }),
    );
    // Six steps without a lower loss; beside the best one the last two.
    expect(kept).toEqual([[6], [0, 1, 6]]);
  });
});
