/**
 * Copies of a model's weights in another form: safetensors files in the user's cache, made once from the checkpoint and read in
 * place, as the checkpoint is.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../support/files.js';
import type { ModelFolder } from './folder.js';
import { stackMatrices, type Matrix } from './matrix.js';
import { EMBEDDING, outputEmbeddingName } from './network-weights.js';
import {
  planLength,
  readBytes,
  readHeader,
  writeSafetensorsStream,
  type TensorEntry,
  type TensorPlan,
} from './safetensors.js';
import { PROJECTION_STACKS, projectionPath } from './projections.js';

/** How a matrix is turned into tensors of another form. */
export interface Derivation {
  /** Names the form and its version: another name, another file. */
  readonly name: string;
  plans(matrix: Matrix): TensorPlan[];
  /** The bytes of the plans' tensors, in their order. */
  parts(matrix: Matrix): AsyncIterable<Uint8Array>;
}

/** The matrices that activations are multiplied with; those that share an input are one. */
function matricesOf({ config, weights }: ModelFolder): Matrix[] {
  const layers = Array.from({ length: config.numHiddenLayers }, (_, layer) =>
    PROJECTION_STACKS.map((stack) =>
      stack.map((projection) => `${projectionPath(layer, projection)}.weight`),
    ),
  );
  return [...layers.flat(), [outputEmbeddingName(config)]].map((names) =>
    stackMatrices(names.map((name) => weights.get(name) as TensorEntry)),
  );
}

/** Whether a tensor is there as it was: vectors, and tables that rows are read from. */
function isCopied({ name, shape }: TensorEntry): boolean {
  return shape.length === 1 || name === EMBEDDING || name === 'lm_head.weight';
}

/** Where a derived file is kept: named by the files that it is made from. */
async function fileOf(model: ModelFolder, derivation: Derivation, folder: string): Promise<string> {
  const files = [...new Set([...model.weights.values()].map(({ file }) => file))];
  const hash = createHash('sha256').update(derivation.name);
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}/${size}/${mtimeMs}`);
  }
  return path.join(folder, `${derivation.name}-${hash.digest('hex').slice(0, 16)}.safetensors`);
}

/** The tensors of a derived file in their order. */
function plansOf(model: ModelFolder, derivation: Derivation): TensorPlan[] {
  const copied = [...model.weights.values()].filter(isCopied);
  return [...matricesOf(model).flatMap((matrix) => derivation.plans(matrix)), ...copied];
}

/** What a derived file would hold, by name; none is made, and the bytes lie nowhere. */
export function plannedEntries(model: ModelFolder, derivation: Derivation): ReadonlyMap<string, TensorEntry> {
  const entries = plansOf(model, derivation).map((plan): TensorEntry => ({
    ...plan,
    ...{ file: `${derivation.name}.safetensors`, offset: 0, length: planLength(plan) },
  }));
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/**
 * A model's weights in another form, made if they are not there yet.
 *
 * @param folder where they are kept; the user's cache where absent
 */
export async function derivedFile(
  model: ModelFolder,
  derivation: Derivation,
  folder = path.join(cacheFolder(), 'weights'),
): Promise<ReadonlyMap<string, TensorEntry>> {
  const file = await fileOf(model, derivation, folder);
  if (!existsSync(file)) {
    const matrices = matricesOf(model);
    const copied = [...model.weights.values()].filter(isCopied);
    await writeSafetensorsStream(
      file,
      plansOf(model, derivation),
      (async function* () {
        for (const matrix of matrices) yield* derivation.parts(matrix);
        for (const entry of copied) yield* readBytes(entry);
      })(),
    );
  }
  return readHeader(file);
}
