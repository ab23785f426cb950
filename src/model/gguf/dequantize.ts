/** Numbers that GGUF keeps in blocks of few bits, as floats: the layouts of ggml-common.h, the arithmetic of ggml-quants.c. */
import { fromBfloat16, fromFloat16 } from '../float16.js';

/** How a type keeps a block of numbers. */
interface BlockLayout {
  /** Numbers of a block, and the bytes that they take. */
  readonly numbers: number;
  readonly bytes: number;
  /** Writes the numbers of the block at `from` to `to`. */
  readonly decode: (bytes: Uint8Array, from: number, values: Float32Array, to: number) => void;
}

/** All half-precision numbers by their bits. */
const HALVES = fromFloat16(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits));

const half = (bytes: Uint8Array, at: number): number => HALVES[bytes[at]! | (bytes[at + 1]! << 8)]!;
const signed = (byte: number): number => (byte << 24) >> 24;

/** 32 numbers of 4 bits, the second half in the high bits, of 5 with the highest ones apart: code · scale + least. */
function smallBlock(bits: 4 | 5, hasLeast: boolean): BlockLayout {
  const head = hasLeast ? 4 : 2;
  const codes = head + (bits === 5 ? 4 : 0);
  const zero = hasLeast ? 0 : 2 ** (bits - 1);
  return {
    numbers: 32,
    bytes: codes + 16,
    decode(bytes, from, values, to) {
      const scale = half(bytes, from);
      const least = hasLeast ? half(bytes, from + 2) : 0;
      for (let at = 0; at < 32; at += 1) {
        const nibble = (bytes[from + codes + (at & 15)]! >> (at < 16 ? 0 : 4)) & 15;
        const high = bits === 5 ? ((bytes[from + head + (at >> 3)]! >> (at & 7)) & 1) << 4 : 0;
        values[to + at] = scale * ((nibble | high) - zero) + least;
      }
    },
  };
}

const q8: BlockLayout = {
  numbers: 32,
  bytes: 34,
  decode(bytes, from, values, to) {
    const scale = half(bytes, from);
    for (let at = 0; at < 32; at += 1) values[to + at] = scale * signed(bytes[from + 2 + at]!);
  },
};

/** The scale (or, with `shift` 4, the least value) of one of eight sub-blocks, in 6 bits: get_scale_min_k4. */
function sixBits(bytes: Uint8Array, from: number, index: number, shift: 0 | 4): number {
  const row = from + shift;
  if (index < 4) return bytes[row + index]! & 63;
  const low = (bytes[from + 4 + index]! >> shift) & 15;
  return low | ((bytes[row + index - 4]! >> 6) << 4);
}

/** 256 numbers of 4 or 5 bits in eight sub-blocks, each with a scale and a least value in 6 bits. */
function superBlock(bits: 4 | 5): BlockLayout {
  const codes = 16 + (bits === 5 ? 32 : 0);
  return {
    numbers: 256,
    bytes: codes + 128,
    decode(bytes, from, values, to) {
      const [scale, least] = [half(bytes, from), half(bytes, from + 2)];
      for (let block = 0; block < 8; block += 1) {
        const own = scale * sixBits(bytes, from + 4, block, 0);
        const below = least * sixBits(bytes, from + 4, block, 4);
        for (let at = 0; at < 32; at += 1) {
          const nibble = (bytes[from + codes + (block >> 1) * 32 + at]! >> (4 * (block & 1))) & 15;
          const high = bits === 5 ? ((bytes[from + 16 + at]! >> block) & 1) << 4 : 0;
          values[to + block * 32 + at] = own * (nibble | high) - below;
        }
      }
    },
  };
}

/** 256 numbers of 6 bits in sixteen sub-blocks, each with a scale in 8 bits. */
const q6: BlockLayout = {
  numbers: 256,
  bytes: 210,
  decode(bytes, from, values, to) {
    const scale = half(bytes, from + 208);
    for (let at = 0; at < 256; at += 1) {
      const [part, within] = [at >> 7, at & 127];
      const low = (bytes[from + part * 64 + (within & 63)]! >> (within < 64 ? 0 : 4)) & 15;
      const high = (bytes[from + 128 + part * 32 + (within & 31)]! >> (2 * (within >> 5))) & 3;
      values[to + at] = scale * signed(bytes[from + 192 + (at >> 4)]!) * ((low | (high << 4)) - 32);
    }
  },
};

/** By ggml's names of types. */
const BLOCK_LAYOUTS = {
  Q4_0: smallBlock(4, false),
  Q4_1: smallBlock(4, true),
  Q5_0: smallBlock(5, false),
  Q5_1: smallBlock(5, true),
  Q8_0: q8,
  Q4_K: superBlock(4),
  Q5_K: superBlock(5),
  Q6_K: q6,
} as const satisfies Record<string, BlockLayout>;

/** The types that are read: floats, and blocks of few bits. */
export type GgufTensorType = 'F32' | 'F16' | 'BF16' | keyof typeof BLOCK_LAYOUTS;
export const GGUF_TENSOR_TYPES = [
  'F32',
  'F16',
  'BF16',
  ...(Object.keys(BLOCK_LAYOUTS) as (keyof typeof BLOCK_LAYOUTS)[]),
] as const;

const FLOAT_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

const isFloat = (type: GgufTensorType): type is keyof typeof FLOAT_BYTES => type in FLOAT_BYTES;

/** Numbers that stand together in a block: rows are whole blocks. */
export function blockLength(type: GgufTensorType): number {
  return isFloat(type) ? 1 : BLOCK_LAYOUTS[type].numbers;
}

/** The bytes that so many numbers take: whole blocks. */
export function encodedLength(type: GgufTensorType, numbers: number): number {
  if (isFloat(type)) return numbers * FLOAT_BYTES[type];
  const layout = BLOCK_LAYOUTS[type];
  return (numbers / layout.numbers) * layout.bytes;
}

/** The numbers of some bytes: whole blocks, from the start of a buffer. */
export function dequantize(type: GgufTensorType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (isFloat(type)) {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    return type === 'F16' ? fromFloat16(halves) : fromBfloat16(halves);
  }
  const { numbers, bytes: size, decode } = BLOCK_LAYOUTS[type];
  const blocks = bytes.length / size;
  const values = new Float32Array(blocks * numbers);
  for (let block = 0; block < blocks; block += 1) decode(bytes, block * size, values, block * numbers);
  return values;
}
