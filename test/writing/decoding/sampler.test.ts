import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/support/random.js';
import {
  SAMPLING_DEFAULTS,
  type SamplingOptions,
} from '../../../src/writing/decoding/generation-settings.js';
import { sampleToken, smallestKept } from '../../../src/writing/decoding/sampler.js';

describe('sampling', () => {
  it('chooses allowed tokens only, the likeliest at temperature 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 20 }),
        fc.integer(),
        (logits, seed) => {
          const values = Float32Array.from(logits);
          const allowed = [0, 2, 3];
          const token = sampleToken(values, SAMPLING_DEFAULTS, new Random(seed), allowed);
          expect(allowed).toContain(token);
          const greedy = sampleToken(values, { ...SAMPLING_DEFAULTS, temperature: 0 }, new Random(seed));
          expect(values[greedy]).toBe(Math.max(...values));
        },
      ),
    );
  });

  it('keeps to min-p: tokens at least so likely, relative to the likeliest', () => {
    const logits = Float32Array.of(Math.log(1), Math.log(0.5), Math.log(0.2), Math.log(0.05));
    const options = { ...SAMPLING_DEFAULTS, temperature: 1, topP: 1, minP: 0.3 };
    const random = new Random(2);
    const drawn = new Set(Array.from({ length: 300 }, () => sampleToken(logits, options, random)));
    expect(drawn).toEqual(new Set([0, 1]));
  });

  it('makes what was written less likely by the repetition penalty, whatever its sign', () => {
    const options = { ...SAMPLING_DEFAULTS, temperature: 0, repetitionPenalty: 1.5 };
    const written = new Set([1]);
    expect(sampleToken(Float32Array.of(2, 2.5), options, new Random(1), undefined, written)).toBe(0);
    expect(sampleToken(Float32Array.of(-1.2, -1), options, new Random(1), undefined, written)).toBe(0);
    expect(sampleToken(Float32Array.of(2, 3.5), options, new Random(1), undefined, written)).toBe(1);
  });

  it('keeps to top-k', () => {
    const options = { ...SAMPLING_DEFAULTS, topK: 2, topP: 1, temperature: 5 };
    const random = new Random(1);
    const drawn = new Set(
      Array.from({ length: 200 }, () => sampleToken(Float32Array.of(1, 3, 2, 0), options, random)),
    );
    expect(drawn).toEqual(new Set([1, 2]));
  });

  it('finds the weight that top-k, top-p and min-p end at as a sort of all would', () => {
    // Steps of a tenth make equal weights, and scores far apart make weights that underflow.
    const score = fc.oneof(
      fc.integer({ min: -60, max: 0 }).map((tenths) => tenths / 10),
      fc.constant(-2000),
    );
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 0, max: 320 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (scores, topK, topP, minP) => {
          const weights = Float64Array.from([0, ...scores], Math.exp);
          const options = { ...SAMPLING_DEFAULTS, topK, topP, minP };
          const found = smallestKept(weights, options);
          const keptBy = (limit: number): number => weights.filter((weight) => weight >= limit).length;
          expect(keptBy(found)).toBe(keptBy(bySorting(weights, options)));
        },
      ),
    );
  });
});

/** The same by sorting. A hair less than top-p is enough, since sums differ in their last digits by their order. */
function bySorting(weights: Float64Array, { topK, topP, minP }: SamplingOptions): number {
  const sorted = weights.slice().sort().reverse();
  const whole = sorted.subarray(0, topK > 0 ? topK : sorted.length);
  const total = whole.reduce((sum, weight) => sum + weight, 0);
  let mass = 0;
  const last = whole.find((weight) => (mass += weight) >= topP * total * (1 - 1e-12)) ?? 0;
  return Math.max(minP, last);
}
