/**
 * Copies of a model's weights in another form: safetensors files in the user's cache, made once from the checkpoint and read in
 * place, as the checkpoint is.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../support/files.js';
import type { Qwen3Config } from './config.js';
import type { ModelFolder } from './folder.js';
import { EMBEDDING } from './network-weights.js';
import {
  readBytes,
  readHeader,
  writeSafetensorsStream,
  type TensorEntry,
  type TensorPlan,
} from './safetensors.js';

/** How a matrix is turned into tensors of another form. */
export interface Derivation {
  /** Names the form and its version: another name, another file. */
  readonly name: string;
  plans(entry: TensorEntry): TensorPlan[];
  /** The bytes of the plans' tensors, in their order. */
  parts(entry: TensorEntry): AsyncIterable<Uint8Array>;
}

/** Whether activations are multiplied with a tensor: these are turned into the other form. */
function isMatrix(config: Qwen3Config, { name, shape }: TensorEntry): boolean {
  return shape.length === 2 && (name !== EMBEDDING || config.tieWordEmbeddings);
}

/** Whether a tensor is there as it was: vectors, and tables that rows are read from. */
function isCopied({ name, shape }: TensorEntry): boolean {
  return shape.length === 1 || name === EMBEDDING || name === 'lm_head.weight';
}

/** Where a derived file is kept: named by the files that it is made from. */
async function fileOf(model: ModelFolder, derivation: Derivation): Promise<string> {
  const files = [...new Set([...model.weights.values()].map(({ file }) => file))];
  const hash = createHash('sha256').update(derivation.name);
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}/${size}/${mtimeMs}`);
  }
  return path.join(
    cacheFolder(),
    'weights',
    `${derivation.name}-${hash.digest('hex').slice(0, 16)}.safetensors`,
  );
}

/** A model's weights in another form, made if they are not there yet. */
export async function derivedFile(
  model: ModelFolder,
  derivation: Derivation,
): Promise<ReadonlyMap<string, TensorEntry>> {
  const file = await fileOf(model, derivation);
  if (!existsSync(file)) {
    // The large tensors first: what is aligned is read faster in place.
    const entries = [...model.weights.values()].sort((a, b) => b.shape.length - a.shape.length);
    const matrices = (entry: TensorEntry): boolean => isMatrix(model.config, entry);
    const plans = entries.flatMap((entry) => [
      ...(isCopied(entry) ? [entry] : []),
      ...(matrices(entry) ? derivation.plans(entry) : []),
    ]);
    await writeSafetensorsStream(
      file,
      plans,
      (async function* () {
        for (const entry of entries) {
          if (isCopied(entry)) yield* readBytes(entry);
          if (matrices(entry)) yield* derivation.parts(entry);
        }
      })(),
    );
  }
  return readHeader(file);
}
