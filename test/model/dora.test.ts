import { cpSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withMagnitudes } from '../../src/model/dora.js';
import { openModel, type ModelFolder } from '../../src/model/folder.js';
import { freezeBase } from '../../src/model/frozen-base.js';
import {
  initialiseAdapter,
  loadAdapter,
  loraScaling,
  loraTensors,
  saveAdapter,
  type Adapter,
} from '../../src/model/lora.js';
import { readTensor, writeSafetensors, type FloatTensor } from '../../src/model/safetensors.js';
import { Random } from '../../src/support/random.js';
import { floats } from '../../src/tensor/arrays.js';
import { batchFeeds, gradientName } from '../../src/training/graph.js';
import { sftFeeds, sftLoss } from '../../src/training/losses.js';
import { scoreTrees } from '../../src/training/scoring.js';
import { packTrees } from '../../src/training/packing.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { tinyModel } from '../support-tiny-model.js';

const TREES = [{ prompt: [5, 9, 12], completions: [[20, 31, 8, 44, 17]] }];

/** A DoRA adapter that has been trained: B and the lengths are moved off where they start. */
async function trainedAdapter(model: ModelFolder): Promise<Adapter> {
  const config = {
    r: 4,
    loraAlpha: 8,
    loraDropout: 0,
    targetModules: ['q_proj', 'v_proj', 'down_proj'],
  } as const;
  const adapter = await withMagnitudes(initialiseAdapter(model.config, config, 3), model);
  const random = new Random(5);
  for (const { b, magnitude } of adapter.layers.values()) {
    b.data.forEach((_, index) => (b.data[index] = random.normal() * 0.1));
    magnitude!.data.forEach((value, index) => (magnitude!.data[index] = value * (1 + 0.3 * random.next())));
  }
  return adapter;
}

/** magnitude · (W + s·B·A) / ‖W + s·B·A‖, row by row, in double precision. */
function merge(
  weight: Float32Array,
  { config }: Adapter,
  pair: Record<'a' | 'b' | 'magnitude', FloatTensor>,
) {
  const { a, b, magnitude } = pair;
  const [rows = 0, rank = 0] = b.shape;
  const width = weight.length / rows;
  return Float32Array.from({ length: weight.length }, (_, at) => {
    const row = Math.floor(at / width);
    const adapted = (column: number): number => {
      let sum = weight[row * width + column]!;
      for (let k = 0; k < rank; k += 1)
        sum += loraScaling(config) * b.data[row * rank + k]! * a.data[k * width + column]!;
      return sum;
    };
    let norm = 0;
    for (let column = 0; column < width; column += 1) norm += adapted(column) ** 2;
    return (magnitude.data[row]! * adapted(at % width)) / Math.sqrt(norm);
  });
}

describe('DoRA', () => {
  let model: ModelFolder;
  let adapter: Adapter;
  beforeAll(async () => {
    model = await openModel((await tinyModel()).folder);
    adapter = await trainedAdapter(model);
  });

  it('starts as the base: lengths are those of its rows', async () => {
    const fresh = await withMagnitudes(initialiseAdapter(model.config, adapter.config, 1), model);
    const base = await freezeBase(model);
    const [[own = NaN] = []] = await scoreTrees(base, undefined, TREES, 64);
    const [[adapted = NaN] = []] = await scoreTrees(base, fresh, TREES, 64);
    expect(adapted).toBeCloseTo(own, 4);
  });

  it('is the model with its weights merged by the formula', async () => {
    const { folder } = await tinyModel();
    cpSync(model.folder, folder, { recursive: true });
    const merged = new Map<string, FloatTensor>();
    for (const [name, entry] of model.weights) {
      const pair = adapter.layers.get(name.replace(/\.weight$/, ''));
      const data = await readTensor(entry);
      merged.set(name, {
        shape: entry.shape,
        data: pair ? merge(data, adapter, pair as Required<typeof pair>) : data,
      });
    }
    await writeSafetensors(path.join(folder, 'model.safetensors'), merged);
    const [[apart = NaN] = []] = await scoreTrees(await freezeBase(model), adapter, TREES, 64);
    const [[whole = NaN] = []] = await scoreTrees(
      await freezeBase(await openModel(folder)),
      undefined,
      TREES,
      64,
    );
    expect(apart).toBeCloseTo(whole, 4);
  });

  it('hands the gradient of the lengths back: finite differences', async () => {
    const base = await freezeBase(model);
    const { session, stepper } = await createLoraStepper({ base, adapter, loss: sftLoss, longest: 64 });
    const batch = packTrees(TREES, 64);
    const feeds = { ...batchFeeds(batch), ...sftFeeds(batch, 1) };
    const outputs = await stepper.accumulate(feeds);
    for (const name of [...loraTensors(adapter).keys()].filter((one) => one.endsWith('magnitude_vector'))) {
      const { data } = stepper.parameters.get(name)!;
      const gradient = floats(outputs, gradientName(name));
      const at = gradient.reduce(
        (best, value, index) => (Math.abs(value) > Math.abs(gradient[best]!) ? index : best),
        0,
      );
      const lossAt = async (step: number): Promise<number> => {
        const before = data[at]!;
        data[at] = before + step;
        const [loss = NaN] = floats(await stepper.evaluate(feeds), 'loss');
        data[at] = before;
        return loss;
      };
      const step = 1e-2 * data[at]!;
      const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
      expect(Math.abs(gradient[at]! - slope), name).toBeLessThan(0.02 * Math.abs(slope) + 1e-3);
    }
    await session.release();
  });

  it('is saved and loaded in the format of PEFT, and refused on a base of few bits', async () => {
    const { folder } = await tinyModel();
    await saveAdapter(folder, adapter, null);
    const loaded = await loadAdapter(folder, model.config);
    expect(loraTensors(loaded)).toEqual(loraTensors(adapter));
    expect(loaded.config.useDora).toBe(true);
    await expect(scoreTrees(await freezeBase(model, 'int8'), adapter, TREES, 64)).rejects.toThrow('use_dora');
  });
});
