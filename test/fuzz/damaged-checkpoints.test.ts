/** A run that is taken up from a damaged checkpoint is refused in a line that names the file, whatever byte the damage is in. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { InputError } from '../../src/support/errors.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { tinyModel } from '../support-tiny-model.js';
import { damage, damaged } from './damage.js';
import { runs } from './runs.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-damaged-run-'));
const [data, stopped] = [path.join(folder, 'data'), path.join(folder, 'stopped')];
const CHECKPOINT = path.join('sft', 'checkpoint.safetensors');
let train: (out: string, signal?: AbortSignal, onStep?: (step: number) => void) => Promise<boolean>;

beforeAll(async () => {
  await buildDatasets({ source: 'data/starter', out: data });
  const recipe = parseRecipe(
    JSON.stringify({
      model_name_or_path: (await tinyModel()).folder,
      stages: [
        {
          ...{ name: 'sft', type: 'sft', train_dataset: 'clean/train.jsonl', r: 2, max_steps: 3 },
          ...{ save_steps: 1, per_device_train_batch_size: 2, gradient_accumulation_steps: 1 },
        },
      ],
    }),
    'r.yaml',
  );
  train = (out, signal, onStep) =>
    runRecipe({
      ...{ recipe, data, out, threads: 1, signal },
      onProgress: (_, { step }) => onStep?.(step),
    });
  const controller = new AbortController();
  const ended = await train(stopped, controller.signal, (step) => step === 2 && controller.abort());
  expect([ended, existsSync(path.join(stopped, CHECKPOINT))]).toEqual([false, true]);
});

describe('a damaged checkpoint', () => {
  it('is refused in a line', { timeout: 600_000 }, async () => {
    const bytes = readFileSync(path.join(stopped, CHECKPOINT));
    await fc.assert(
      fc.asyncProperty(damage, async (one) => {
        const content = damaged(bytes, one);
        // Zeros over zeros are no damage.
        fc.pre(!content.equals(bytes));
        const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-damaged-run-'));
        cpSync(stopped, out, { recursive: true });
        writeFileSync(path.join(out, CHECKPOINT), content);
        try {
          const error: unknown = await train(out).catch((reason: unknown) => reason);
          expect(error, String((error as Error).stack)).toBeInstanceOf(InputError);
          expect((error as Error).message).toContain(path.join(out, CHECKPOINT));
          expect((error as Error).message).not.toContain('\n');
        } finally {
          rmSync(out, { recursive: true });
        }
      }),
      { numRuns: runs(25), seed: 16 },
    );
  });
});
