/**
 * The int8 form of a model's matrices that adapters are trained on. Every matrix W [out, in] is there for both directions: `W.forward` [in, out]
 * with a scale for each output, `W.backward` [out, in] with a scale for each input. Matrices that read the same input are one on the way back.
 */
import type { Derivation } from './derived-file.js';
import type { Matrix } from './matrix.js';
import type { TensorPlan } from './safetensors.js';

const LEVELS = 127;
const ROWS_AT_ONCE = 64;

export type Direction = 'forward' | 'backward';

interface Rounded {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Adding and taking away this number rounds a double to the nearest integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/** A row of zeros keeps a scale that its zeros can be divided by. */
const toScale = (largest: number): number => (largest > 0 ? largest : 1) / LEVELS;

/** Rows of a matrix by blocks, with the number of each block's first. */
async function* blocks({ rows, out }: Matrix): AsyncGenerator<{ first: number; values: Float32Array }> {
  for (let first = 0; first < out; first += ROWS_AT_ONCE) {
    yield { first, values: await rows(first, Math.min(out, first + ROWS_AT_ONCE)) };
  }
}

/** The scales by which the largest magnitude of each output, and of each input, becomes 127. */
async function scalesOf(matrix: Matrix): Promise<{ outputs: Float32Array; inputs: Float32Array }> {
  const outputs = new Float32Array(matrix.out);
  const inputs = new Float32Array(matrix.in);
  for await (const { first, values } of blocks(matrix)) {
    for (let at = 0, row = first; at < values.length; row += 1) {
      let largest = 0;
      for (let column = 0; column < matrix.in; column += 1, at += 1) {
        const magnitude = Math.abs(values[at]!);
        if (magnitude > largest) largest = magnitude;
        if (magnitude > inputs[column]!) inputs[column] = magnitude;
      }
      outputs[row] = largest;
    }
  }
  return { outputs: outputs.map(toScale), inputs: inputs.map(toScale) };
}

/** Wᵀ [in, out], rounded by a scale for each output. */
async function roundForward(matrix: Matrix, scales: Float32Array): Promise<Rounded> {
  const { out, in: inner } = matrix;
  const rounded = new Int8Array(out * inner);
  const factors = Float64Array.from(scales, (scale) => 1 / scale);
  for await (const { first, values } of blocks(matrix)) {
    const rows = values.length / inner;
    for (let column = 0; column < inner; column += 1) {
      const target = column * out + first;
      for (let row = 0; row < rows; row += 1) {
        rounded[target + row] = values[row * inner + column]! * factors[first + row]! + ROUNDER - ROUNDER;
      }
    }
  }
  return { values: rounded, scales };
}

/** W [out, in], rounded by a scale for each input. */
async function roundBackward(matrix: Matrix, scales: Float32Array): Promise<Rounded> {
  const { out, in: inner } = matrix;
  const rounded = new Int8Array(out * inner);
  const factors = Float64Array.from(scales, (scale) => 1 / scale);
  for await (const { first, values } of blocks(matrix)) {
    for (let at = 0, target = first * inner; at < values.length;) {
      for (let column = 0; column < inner; column += 1, at += 1, target += 1) {
        rounded[target] = values[at]! * factors[column]! + ROUNDER - ROUNDER;
      }
    }
  }
  return { values: rounded, scales };
}

function* bytesOf({ values, scales }: Rounded): Generator<Uint8Array> {
  for (const { buffer, byteOffset, byteLength } of [values, scales]) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

const plansOf = (
  name: string,
  direction: Direction,
  [rows, columns]: readonly [number, number],
): TensorPlan[] => [
  { name: `${name}.${direction}`, type: 'I8', shape: [rows, columns] },
  { name: `${name}.${direction}.scales`, type: 'F32', shape: [columns] },
];

/** Takes some ten seconds, and 1.5 GB of disk, for Qwen3-0.6B. */
export const INT8: Derivation = {
  name: 'int8-4',
  plans: ({ name, out, in: inner, members }) => [
    ...members.flatMap((member) => plansOf(member.name, 'forward', [inner, member.out])),
    ...plansOf(name, 'backward', [out, inner]),
  ],
  async *parts(matrix) {
    const { outputs, inputs } = await scalesOf(matrix);
    let first = 0;
    for (const member of matrix.members) {
      yield* bytesOf(await roundForward(member, outputs.subarray(first, first + member.out)));
      first += member.out;
    }
    yield* bytesOf(await roundBackward(matrix, inputs));
  },
};
