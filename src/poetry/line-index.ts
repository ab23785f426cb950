/**
 * A compact index of known lines: hashes of the lines, and of the lines with one character left out (for lines that differ by one).
 * It tells whether a line is known without holding the lines; about one new line in two hundred is taken for a near one.
 */

import { hash32 } from '../support/hash.js';

/** `known`: word for word; `near`: one character differs; `new`: neither. */
export type Nearness = 'known' | 'near' | 'new';

/** Stands for the character that is left out. */
const GAP = '＿';

const MAGIC = 0x6c696e65;

const hashOfLine = (line: string): number => hash32(`l${line}`);
const hashOfGap = (gap: string): number => hash32(`g${gap}`);

/** A line with each of its characters left out in turn. */
function gaps(characters: readonly string[]): string[] {
  return characters.map((_, index) => characters.with(index, GAP).join(''));
}

/** Known lines as sorted hashes: tells whether a line is one of them, or a character away from one. */
export class LineIndex {
  private constructor(private readonly hashes: Uint32Array) {}

  /** The index of these lines (simplified, without punctuation). */
  static of(lines: Iterable<string>): LineIndex {
    const hashes = new Set<number>();
    for (const line of lines) {
      const characters = Array.from(line);
      hashes.add(hashOfLine(line));
      for (const gap of gaps(characters)) hashes.add(hashOfGap(gap));
    }
    return new LineIndex(Uint32Array.from(hashes).sort());
  }

  /** Whether a line is known, or differs from a known one by a single character. */
  nearness(line: string): Nearness {
    if (this.has(hashOfLine(line))) return 'known';
    return gaps(Array.from(line)).some((gap) => this.has(hashOfGap(gap))) ? 'near' : 'new';
  }

  /** Whether some known line has these characters, whatever stands at the one place that is undefined. */
  hasPattern(characters: readonly (string | undefined)[]): boolean {
    return this.has(hashOfGap(characters.map((character) => character ?? GAP).join('')));
  }

  private has(value: number): boolean {
    let low = 0;
    let high = this.hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.hashes[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return this.hashes[low] === value;
  }

  /** As bytes: the differences of the sorted hashes, seven bits a byte. They compress no further than by a tenth. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(8 + this.hashes.length * 5);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC);
    view.setUint32(4, this.hashes.length);
    let at = 8;
    let before = 0;
    for (const value of this.hashes) {
      let difference = value - before;
      before = value;
      for (; difference >= 0x80; difference = Math.floor(difference / 0x80)) {
        bytes[at++] = (difference % 0x80) | 0x80;
      }
      bytes[at++] = difference;
    }
    return bytes.slice(0, at);
  }

  /** Reads {@link toBytes}; undefined for bytes that are none. */
  static fromBytes(bytes: Uint8Array): LineIndex | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 8 || view.getUint32(0) !== MAGIC) return undefined;
    const hashes = new Uint32Array(view.getUint32(4));
    let at = 8;
    let before = 0;
    for (let index = 0; index < hashes.length; index += 1) {
      let scale = 1;
      let byte = 0x80;
      for (; byte >= 0x80; scale *= 0x80) {
        byte = bytes[at++] ?? 0;
        before += (byte & 0x7f) * scale;
      }
      hashes[index] = before;
    }
    return at === bytes.length ? new LineIndex(hashes) : undefined;
  }
}
