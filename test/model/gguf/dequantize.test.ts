/** Blocks of GGUF, built number by number as ggml-common.h lays them out, read back as the numbers that they stand for. */
import { describe, expect, it } from 'vitest';
import { toFloat16 } from '../../../src/model/float16.js';
import { blockLength, dequantize, encodedLength } from '../../../src/model/gguf/dequantize.js';
import { Random } from '../../../src/support/random.js';

const random = new Random(3);
const below = (limit: number): number => Math.floor(random.next() * limit);
const list = (length: number, limit: number): number[] => Array.from({ length }, () => below(limit));
const halfBytes = (value: number): number[] => [...new Uint8Array(toFloat16(Float32Array.of(value)).buffer)];

/** Codes two by two in bytes: those of the second half of each `span` in the high bits. */
function nibbles(codes: readonly number[], span: number): number[] {
  const bytes: number[] = [];
  for (let start = 0; start < codes.length; start += span) {
    for (let at = start; at < start + span / 2; at += 1) {
      bytes.push((codes[at]! & 15) | ((codes[at + span / 2]! & 15) << 4));
    }
  }
  return bytes;
}

/** Bit `at % 8` of byte `at / 8`. */
function bits(flags: readonly number[]): number[] {
  const bytes = new Array<number>(flags.length / 8).fill(0);
  flags.forEach((flag, at) => (bytes[at >> 3]! |= flag << (at & 7)));
  return bytes;
}

/** Eight scales and eight least values of 6 bits in 12 bytes. */
function packSixBits(scales: readonly number[], least: readonly number[]): number[] {
  const bytes = new Array<number>(12).fill(0);
  for (let at = 0; at < 4; at += 1) {
    bytes[at] = scales[at]! | ((scales[at + 4]! >> 4) << 6);
    bytes[at + 4] = least[at]! | ((least[at + 4]! >> 4) << 6);
    bytes[at + 8] = (scales[at + 4]! & 15) | ((least[at + 4]! & 15) << 4);
  }
  return bytes;
}

function read(type: Parameters<typeof dequantize>[0], bytes: readonly number[]): number[] {
  expect(bytes).toHaveLength(encodedLength(type, blockLength(type)));
  return [...dequantize(type, Uint8Array.from(bytes))];
}

const SCALE = 0.25;
const LEAST = -1.5;

describe('blocks of 32 numbers', () => {
  it('q8_0: code · scale', () => {
    const codes = Array.from({ length: 32 }, (_, at) => at * 8 - 128);
    expect(read('Q8_0', [...halfBytes(SCALE), ...codes.map((code) => code & 255)])).toEqual(
      codes.map((code) => code * SCALE),
    );
  });

  it('q4_0 and q4_1: the second half of the numbers in the high bits', () => {
    const codes = list(32, 16);
    expect(read('Q4_0', [...halfBytes(SCALE), ...nibbles(codes, 32)])).toEqual(
      codes.map((code) => (code - 8) * SCALE),
    );
    expect(read('Q4_1', [...halfBytes(SCALE), ...halfBytes(LEAST), ...nibbles(codes, 32)])).toEqual(
      codes.map((code) => code * SCALE + LEAST),
    );
  });

  it('q5_0 and q5_1: the highest bits apart', () => {
    const codes = list(32, 32);
    const high = bits(codes.map((code) => code >> 4));
    expect(read('Q5_0', [...halfBytes(SCALE), ...high, ...nibbles(codes, 32)])).toEqual(
      codes.map((code) => (code - 16) * SCALE),
    );
    expect(read('Q5_1', [...halfBytes(SCALE), ...halfBytes(LEAST), ...high, ...nibbles(codes, 32)])).toEqual(
      codes.map((code) => code * SCALE + LEAST),
    );
  });
});

describe('blocks of 256 numbers', () => {
  const [scales, least] = [list(8, 64), list(8, 64)];
  const head = [...halfBytes(SCALE), ...halfBytes(0.5), ...packSixBits(scales, least)];
  const expected = (codes: readonly number[]): number[] =>
    codes.map((code, at) => code * SCALE * scales[at >> 5]! - 0.5 * least[at >> 5]!);

  it('q4_K: a scale and a least value in 6 bits for each 32', () => {
    const codes = list(256, 16);
    expect(read('Q4_K', [...head, ...nibbles(codes, 64)])).toEqual(expected(codes));
  });

  it('q5_K: the highest bit of the eight 32s in the bits of 32 bytes', () => {
    const codes = list(256, 32);
    const high = Array.from({ length: 32 }, (_, at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, block) => byte | ((codes[block * 32 + at]! >> 4) << block), 0),
    );
    expect(read('Q5_K', [...head, ...high, ...nibbles(codes, 64)])).toEqual(expected(codes));
  });

  it('q6_K: a scale of 8 bits for each 16, the two highest bits of four 32s in one byte', () => {
    const codes = list(256, 64);
    const own = list(16, 256).map((byte) => byte - 128);
    const low = [0, 128].flatMap((start) => nibbles(codes.slice(start, start + 128), 128));
    const high = [0, 128].flatMap((start) =>
      Array.from({ length: 32 }, (_, at) =>
        [0, 1, 2, 3].reduce((byte, part) => byte | ((codes[start + part * 32 + at]! >> 4) << (2 * part)), 0),
      ),
    );
    const bytes = [...low, ...high, ...own.map((scale) => scale & 255), ...halfBytes(SCALE)];
    expect(read('Q6_K', bytes).map((value) => value + 0)).toEqual(
      codes.map((code, at) => SCALE * own[at >> 4]! * (code - 32) + 0),
    );
  });
});
