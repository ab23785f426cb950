/**
 * The int8 copy of a model's matrices: a safetensors file in the user's cache, made once from the checkpoint and read in place.
 *
 * Every matrix W [out, in] is there for both directions: `W.forward` [in, out] with a scale for each output, `W.backward` [out, in]
 * with a scale for each input. All else is copied as it is, so that one folder holds what a graph needs.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../support/files.js';
import type { ModelFolder } from './folder.js';
import { EMBEDDING } from './network-weights.js';
import {
  readBytes,
  readHeader,
  readRows,
  writeSafetensorsStream,
  type TensorEntry,
  type TensorPlan,
} from './safetensors.js';

const LEVELS = 127;
const ROWS_AT_ONCE = 64;
/** Changes when the content of the files does. */
const VERSION = 1;

export type Direction = 'forward' | 'backward';

/** A matrix rounded for both directions. */
export interface QuantizedTensor {
  readonly forward: { readonly values: Int8Array; readonly scales: Float32Array };
  readonly backward: { readonly values: Int8Array; readonly scales: Float32Array };
}

/** Adding and taking away this number rounds a double to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/** Rounds a matrix [out, in] to int8 for both directions: the largest magnitude of an output (an input) becomes 127. */
export async function quantizeTensor(entry: TensorEntry): Promise<QuantizedTensor> {
  const [out = 0, inner = 0] = entry.shape;
  const rowLargest = new Float32Array(out);
  const columnLargest = new Float32Array(inner);
  for (let first = 0; first < out; first += ROWS_AT_ONCE) {
    const values = await readRows(entry, first, Math.min(out, first + ROWS_AT_ONCE));
    for (let at = 0, row = first; at < values.length; row += 1) {
      let largest = 0;
      for (let column = 0; column < inner; column += 1, at += 1) {
        const magnitude = Math.abs(values[at]!);
        if (magnitude > largest) largest = magnitude;
        if (magnitude > columnLargest[column]!) columnLargest[column] = magnitude;
      }
      rowLargest[row] = largest;
    }
  }
  // A row of zeros keeps a scale that its zeros can be divided by.
  const toScale = (largest: number): number => (largest > 0 ? largest : 1) / LEVELS;
  const forward = { values: new Int8Array(out * inner), scales: rowLargest.map(toScale) };
  const backward = { values: new Int8Array(out * inner), scales: columnLargest.map(toScale) };
  const rowFactors = Float64Array.from(forward.scales, (scale) => 1 / scale);
  const columnFactors = Float64Array.from(backward.scales, (scale) => 1 / scale);
  for (let first = 0; first < out; first += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, out - first);
    const values = await readRows(entry, first, first + rows);
    for (let column = 0; column < inner; column += 1) {
      const columnFactor = columnFactors[column]!;
      const target = column * out + first;
      for (let row = 0; row < rows; row += 1) {
        const value = values[row * inner + column]!;
        forward.values[target + row] = value * rowFactors[first + row]! + ROUNDER - ROUNDER;
        backward.values[(first + row) * inner + column] = value * columnFactor + ROUNDER - ROUNDER;
      }
    }
  }
  return { forward, backward };
}

const bytesOf = (array: Int8Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Which tensors have an int8 copy: the matrices that activations are multiplied with. */
function isQuantized({ config }: ModelFolder, { name, shape }: TensorEntry): boolean {
  return shape.length === 2 && (name !== EMBEDDING || config.tieWordEmbeddings);
}

function isCopied(entry: TensorEntry): boolean {
  return entry.shape.length === 1 || entry.name === EMBEDDING || entry.name === 'lm_head.weight';
}

function plansOf(model: ModelFolder, entry: TensorEntry): TensorPlan[] {
  const [out = 0, inner = 0] = entry.shape;
  const plans: TensorPlan[] = isCopied(entry) ? [entry] : [];
  if (!isQuantized(model, entry)) return plans;
  const direction = (name: Direction, rows: number, columns: number): TensorPlan[] => [
    { name: `${entry.name}.${name}`, type: 'I8', shape: [rows, columns] },
    { name: `${entry.name}.${name}.scales`, type: 'F32', shape: [columns] },
  ];
  return [...plans, ...direction('forward', inner, out), ...direction('backward', out, inner)];
}

async function* partsOf(model: ModelFolder, entries: readonly TensorEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    if (isCopied(entry)) yield* readBytes(entry);
    if (!isQuantized(model, entry)) continue;
    const { forward, backward } = await quantizeTensor(entry);
    for (const { values, scales } of [forward, backward]) {
      yield bytesOf(values);
      yield bytesOf(scales);
    }
  }
}

/** Where a model's int8 copy is kept: named by the files that it was made from. */
async function fileOf(model: ModelFolder): Promise<string> {
  const files = [...new Set([...model.weights.values()].map(({ file }) => file))];
  const hash = createHash('sha256').update(`int8/${VERSION}`);
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}/${size}/${mtimeMs}`);
  }
  return path.join(cacheFolder(), 'int8', `${hash.digest('hex').slice(0, 16)}.safetensors`);
}

/** The int8 copy of a model, made if it is not there yet. Takes some ten seconds and 1.5 GB of disk for Qwen3-0.6B. */
export async function quantizedFile(model: ModelFolder): Promise<ReadonlyMap<string, TensorEntry>> {
  const file = await fileOf(model);
  if (!existsSync(file)) {
    // What is aligned is read in place: the large tensors first, the vectors after them.
    const entries = [...model.weights.values()].sort((a, b) => b.shape.length - a.shape.length);
    const plans = entries.flatMap((entry) => plansOf(model, entry));
    await writeSafetensorsStream(file, plans, partsOf(model, entries));
  }
  return readHeader(file);
}
