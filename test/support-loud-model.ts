/** A tiny model whose every weight matters: large random numbers in matrices, gains and biases. */
import path from 'node:path';
import { writeSafetensors } from '../src/model/safetensors.js';
import { initialiseWeights } from '../src/training/pretrain.js';
import { Random } from '../src/support/random.js';
import { tinyModel } from './support-tiny-model.js';

/** @param keys of config.json that differ from the tiny model's @returns its folder */
export async function loudModel(keys: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { folder, config } = await tinyModel(1, keys);
  const random = new Random(5);
  const weights = [...initialiseWeights(config, 1)].map(([name, { shape, data }]) => {
    const loud =
      shape.length === 1 ? data.map((value) => value + 0.3 * random.normal()) : data.map((x) => 12 * x);
    return [name, { shape, data: loud }] as const;
  });
  await writeSafetensors(path.join(folder, 'model.safetensors'), new Map(weights));
  return folder;
}
