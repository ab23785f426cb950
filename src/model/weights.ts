/** The weights of a model folder: which tensors there must be, and where they lie. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';
import { architectureOf } from './architectures/registry.js';
import type { ModelConfig } from './config.js';
import { PROJECTIONS, projectionPath, projectionShape } from './projections.js';
import { checkIntact, readBytes, readHeader, type TensorEntry } from './safetensors.js';

/** Names and shapes of every weight, in the order of the network. */
export function weightShapes(config: ModelConfig): Map<string, number[]> {
  const { hiddenSize, vocabSize } = config;
  const vectors = Object.entries(architectureOf(config).vectors(config));
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [vocabSize, hiddenSize]]]);
  for (let layer = 0; layer < config.numHiddenLayers; layer += 1) {
    const prefix = `model.layers.${layer}`;
    for (const [name, size] of vectors) shapes.set(`${prefix}.${name}.weight`, [size]);
    for (const projection of PROJECTIONS) {
      const [out, inner] = projectionShape(config, projection);
      shapes.set(`${projectionPath(layer, projection)}.weight`, [out, inner]);
      if (config.biases.includes(projection)) shapes.set(`${projectionPath(layer, projection)}.bias`, [out]);
    }
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!config.tieWordEmbeddings) shapes.set('lm_head.weight', [vocabSize, hiddenSize]);
  return shapes;
}

/** The tensors of a model folder, of one file or of several (model.safetensors.index.json), links resolved. */
export async function locateWeights(folder: string, config: ModelConfig): Promise<Map<string, TensorEntry>> {
  const entries = new Map<string, TensorEntry>();
  for (const file of await weightFiles(folder)) {
    for (const [name, entry] of await readHeader(await realpath(file))) entries.set(name, entry);
  }
  const located = new Map<string, TensorEntry>();
  for (const [name, shape] of weightShapes(config)) {
    const entry = entries.get(name);
    if (!entry) throw new InputError(`${folder}: tensor ${name} is missing`);
    if (entry.shape.join() !== shape.join()) {
      throw new InputError(
        `${entry.file}: tensor ${name}: shape [${entry.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    if (entry.type === 'I8' || entry.type === 'U8') {
      throw new InputError(`${entry.file}: tensor ${name}: type ${entry.type}, expected F32, F16 or BF16`);
    }
    located.set(name, entry);
  }
  return located;
}

/** The bits that are all set in a number that is not finite, by type. */
const EXPONENT = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 } as const;

/**
 * Looks through weights that a runtime will read by itself, at the speed of the disk.
 *
 * @throws InputError naming file and tensor for a number that is not finite
 */
export async function checkFinite(weights: ReadonlyMap<string, TensorEntry>): Promise<void> {
  for (const entry of weights.values()) {
    if (entry.type === 'I8' || entry.type === 'U8') continue;
    const exponent = EXPONENT[entry.type];
    let first = 0;
    for await (const bytes of readBytes(entry)) {
      const numbers = entry.type === 'F32' ? new Uint32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
      for (let index = 0; index < numbers.length; index += 1) {
        if ((numbers[index]! & exponent) !== exponent) continue;
        throw new InputError(
          `${entry.file}: tensor ${entry.name}: element ${first + index} is not a finite number`,
        );
      }
      first += numbers.length;
    }
  }
}

/** @throws InputError naming a file that carries a checksum, as those of pre-training do, and is not as it was written */
export async function checkIntactWeights(weights: ReadonlyMap<string, TensorEntry>): Promise<void> {
  for (const file of new Set([...weights.values()].map((entry) => entry.file))) await checkIntact(file);
}

async function weightFiles(folder: string): Promise<string[]> {
  const single = path.join(folder, 'model.safetensors');
  if (existsSync(single)) return [single];
  const index = path.join(folder, 'model.safetensors.index.json');
  if (!existsSync(index)) throw new InputError(`${folder}: neither model.safetensors nor its index is there`);
  const json = await readJson(index);
  const map = isRecord(json) ? json['weight_map'] : undefined;
  if (!isRecord(map)) throw new InputError(`${index}: weight_map is missing, expected an object`);
  return [...new Set(Object.values(map))].map((name) => path.join(folder, String(name)));
}
