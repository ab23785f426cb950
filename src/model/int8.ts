/**
 * The int8 form of a model's matrices that adapters are trained on. Every matrix W [out, in] is there for both directions:
 * `W.forward` [in, out] with a scale for each output, `W.backward` [out, in] with a scale for each input. W stands for the matrix
 * with its rows rotated (rotation.ts).
 */
import type { Derivation } from './derived-file.js';
import type { Matrix } from './matrix.js';
import { rotate, rotationBlock } from './rotation.js';
import type { TensorPlan } from './safetensors.js';

const LEVELS = 127;
const ROWS_AT_ONCE = 64;

export type Direction = 'forward' | 'backward';

/** A matrix rounded for both directions. */
export interface QuantizedMatrix {
  readonly forward: { readonly values: Int8Array; readonly scales: Float32Array };
  readonly backward: { readonly values: Int8Array; readonly scales: Float32Array };
}

/** Adding and taking away this number rounds a double to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/** Rounds a matrix [out, in] to int8 for both directions: the largest magnitude of an output (an input) becomes 127. */
async function quantizeMatrix(matrix: Matrix): Promise<QuantizedMatrix> {
  const { out, in: inner } = matrix;
  const rowLargest = new Float32Array(out);
  const columnLargest = new Float32Array(inner);
  for (let first = 0; first < out; first += ROWS_AT_ONCE) {
    const values = await matrix.rows(first, Math.min(out, first + ROWS_AT_ONCE));
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
    const values = await matrix.rows(first, first + rows);
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

/**
 * A matrix whose rows are rotated, as what it is multiplied with is: in real models some numbers of a hidden state are far above the others. Those of
 * the head's input cost Gemma 3 270M nine tenths of what int8 added to its loss.
 */
function withRotatedRows(matrix: Matrix): Matrix {
  const block = rotationBlock(matrix.in);
  return { ...matrix, rows: async (from, to) => rotate(await matrix.rows(from, to), block) };
}

const bytesOf = (array: Int8Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Takes some ten seconds, and 1.5 GB of disk, for Qwen3-0.6B. */
export const INT8: Derivation = {
  name: 'int8-4',
  plans({ name: stack, out, in: inner }) {
    const direction = (name: Direction, rows: number, columns: number): TensorPlan[] => [
      { name: `${stack}.${name}`, type: 'I8', shape: [rows, columns] },
      { name: `${stack}.${name}.scales`, type: 'F32', shape: [columns] },
    ];
    return [...direction('forward', inner, out), ...direction('backward', out, inner)];
  },
  async *parts(matrix) {
    const { forward, backward } = await quantizeMatrix(withRotatedRows(matrix));
    for (const { values, scales } of [forward, backward]) {
      yield bytesOf(values);
      yield bytesOf(scales);
    }
  },
};
