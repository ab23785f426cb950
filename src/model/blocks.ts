/**
 * Weights in 4 or 8 bits a number, a scale for every 32 numbers of a row: the forms q4_0 and q8_0 of llama.cpp (ggml-quants.c),
 * number for number, for decoding and for GGUF files.
 */
import type { Derivation } from './derived-file.js';
import type { Matrix } from './matrix.js';
import { fromFloat16, toFloat16 } from './float16.js';

export const BLOCK = 32;
export type BlockBits = 4 | 8;

/** A block's value is (code − zero) · scale. */
export const ZERO = { 4: 8, 8: 128 } as const satisfies Record<BlockBits, number>;

export interface Blocks {
  /** One code a number; rows are filled up to whole blocks with zeros. */
  readonly codes: Uint8Array;
  /** One scale a block, as float16 bits. */
  readonly scales: Uint16Array;
}

/** Rounds rows of `inner` numbers. */
function quantizeBlocks(values: Float32Array, inner: number, bits: BlockBits): Blocks {
  const rows = values.length / inner;
  const perRow = Math.ceil(inner / BLOCK);
  const codes = new Uint8Array(rows * perRow * BLOCK).fill(ZERO[bits]);
  const scales = new Float32Array(rows * perRow);
  for (let row = 0; row < rows; row += 1) {
    for (let block = 0; block < perRow; block += 1) {
      const start = row * inner + block * BLOCK;
      const length = Math.min(BLOCK, inner - block * BLOCK);
      const index = row * perRow + block;
      // The number of the largest magnitude, with its sign: in 4 bits it becomes −8.
      let largest = 0;
      for (let at = start; at < start + length; at += 1) {
        if (Math.abs(values[at]!) > Math.abs(largest)) largest = values[at]!;
      }
      const scale = bits === 4 ? largest / -8 : Math.abs(largest) / 127;
      scales[index] = scale;
      const factor = scale === 0 ? 0 : 1 / scale;
      for (let at = 0; at < length; at += 1) {
        const scaled = values[start + at]! * factor;
        codes[index * BLOCK + at] =
          bits === 4
            ? Math.min(15, Math.floor(scaled + 8.5))
            : ZERO[8] + Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
      }
    }
  }
  return { codes, scales: toFloat16(scales) };
}

const ROWS_AT_ONCE = 256;

/** The blocks of a matrix, some rows at a time. */
export async function* matrixBlocks(matrix: Matrix, bits: BlockBits): AsyncGenerator<Blocks> {
  for (let first = 0; first < matrix.out; first += ROWS_AT_ONCE) {
    const values = await matrix.rows(first, Math.min(matrix.out, first + ROWS_AT_ONCE));
    yield quantizeBlocks(values, matrix.in, bits);
  }
}

/** Two codes a byte, the first in the low half. */
function packNibbles(codes: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: codes.length / 2 }, (_, at) => codes[2 * at]! | (codes[2 * at + 1]! << 4));
}

/** The form that ONNX Runtime's MatMulNBits reads: `W.codes` [out, blocks, bytes] and `W.scales` [out, blocks]. */
export function blockDerivation(bits: BlockBits): Derivation {
  return {
    name: `blocks${bits}-2`,
    plans({ name, out, in: inner }) {
      const blocks = Math.ceil(inner / BLOCK);
      return [
        { name: `${name}.codes`, type: 'U8', shape: [out, blocks, (BLOCK * bits) / 8] },
        { name: `${name}.scales`, type: 'F32', shape: [out, blocks] },
      ];
    },
    async *parts(matrix) {
      const scales: Float32Array[] = [];
      for await (const blocks of matrixBlocks(matrix, bits)) {
        yield bits === 4 ? packNibbles(blocks.codes) : blocks.codes;
        scales.push(fromFloat16(blocks.scales));
      }
      for (const part of scales) yield new Uint8Array(part.buffer);
    },
  };
}
