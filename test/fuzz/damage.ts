/** Files cut short, with a flipped bit, or with a stretch of zeros, in each of their regions. */
import fc from 'fast-check';

/** Bytes of a file's beginning, in which its structure stands. */
const HEAD = 4096;

export interface Damage {
  readonly kind: 'cut' | 'flip' | 'zero';
  readonly region: 'head' | 'middle' | 'tail';
  /** Where in the region, from 0 to 1. */
  readonly at: number;
  readonly bit: number;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut', 'flip', 'flip', 'zero'),
  region: fc.constantFrom('head', 'head', 'middle', 'tail'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bit: fc.nat(7),
});

/** Bytes with this damage. */
export function damaged(bytes: Buffer, { kind, region, at, bit }: Damage): Buffer {
  const head = Math.min(HEAD, bytes.length);
  const [from, to] = {
    head: [0, head],
    middle: [head, Math.max(head, bytes.length - head)],
    tail: [Math.max(0, bytes.length - head), bytes.length],
  }[region] as [number, number];
  const place = Math.min(bytes.length - 1, Math.floor(from + at * (to - from)));
  if (kind === 'cut') return bytes.subarray(0, place);
  const copy = Buffer.from(bytes);
  if (kind === 'flip') copy[place]! ^= 1 << bit;
  else copy.fill(0, place, Math.min(place + 64, copy.length));
  return copy;
}
