/**
 * A device beside the processor, in earnest: through WebGPU, on the GPU of this machine or on the one that Chromium brings along in software
 * (SwiftShader). Where neither starts these tests are skipped.
 */
import { existsSync, mkdtempSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { openModel } from '../../src/model/folder.js';
import { loraTensors, type Adapter } from '../../src/model/lora.js';
import type { Device } from '../../src/tensor/device.js';
import { Graph } from '../../src/tensor/graph.js';
import { add } from '../../src/tensor/operators.js';
import { Session } from '../../src/tensor/session.js';
import { stageRecipe } from '../../src/training/recipe.js';
import { trainStage } from '../../src/training/train-stage.js';
import { Decoder } from '../../src/writing/decoding/decoder.js';
import { CHROMIUM } from '../chromium.js';
import { tinyModel } from '../support-tiny-model.js';

/** Why a graph does not run through WebGPU here, if it does not. */
async function obstacle(): Promise<string | undefined> {
  const software = [CHROMIUM && path.dirname(realpathSync(CHROMIUM)), '/usr/lib/chromium']
    .map((folder) => path.join(folder ?? '', 'vk_swiftshader_icd.json'))
    .find((file) => existsSync(file));
  if (software !== undefined) process.env['VK_ADD_DRIVER_FILES'] ??= software;
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', add(x, x));
  return Session.create(graph, { device: 'webgpu' }).then(
    async (session) => void (await session.release()),
    (error: Error) => error.message,
  );
}
const reason = await obstacle();
if (reason !== undefined) console.log(`WebGPU: tests are skipped (${reason})`);

const { folder } = await tinyModel();
const recipe = stageRecipe({
  name: 'tiny',
  type: 'sft',
  train_dataset: 'train.jsonl',
  max_steps: 3,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  learning_rate: 1e-3,
  lora_dropout: 0.1,
});
const trees = Array.from({ length: 8 }, (_, index) => ({
  prompt: [3, 4, 5],
  completions: [[6 + index, 7 + index, 8 + index]],
}));

async function train(device: Device): Promise<Adapter> {
  const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-webgpu-'));
  const model = await openModel(folder);
  return (await trainStage({ model, recipe, trees, folder: out, baseName: 'tiny', device })) as Adapter;
}

/** What two sequences of different lengths continue with. */
async function continuations(device: Device, adapter: Adapter): Promise<number[][]> {
  const decoder = await Decoder.create(await openModel(folder), { device, lora: adapter.config });
  const state = await decoder.prefill([[3, 4, 5], [6]], 8, adapter);
  const written: number[][] = [[], []];
  for (let step = 0; step < 8; step += 1) {
    const next = [0, 1].map((sequence) => {
      const logits = state.logits(sequence);
      return logits.indexOf(Math.max(...logits));
    });
    next.forEach((token, sequence) => written[sequence]?.push(token));
    await state.feed(next);
  }
  await decoder.release();
  return written;
}

describe.skipIf(reason !== undefined)('through WebGPU', () => {
  it('training ends in the adapter that the processor ends in, and it writes the same', async () => {
    const [here, there] = [await train('cpu'), await train('webgpu')];
    const expected = loraTensors(here);
    for (const [name, { data }] of loraTensors(there)) {
      const reference = expected.get(name)?.data ?? new Float32Array();
      expect(data.length).toBe(reference.length);
      data.forEach((value, index) => expect(value).toBeCloseTo(reference[index] ?? NaN, 4));
    }
    expect(await continuations('webgpu', here)).toEqual(await continuations('cpu', here));
  });
});

describe('a base rounded to int8', () => {
  it('is trained on by the processor only', async () => {
    const model = await openModel(folder);
    await expect(freezeBase(model, 'int8', { device: 'webgpu' })).rejects.toThrow(
      'base_dtype int8 with --device webgpu: products of rounded rows are the processor',
    );
  });
});
