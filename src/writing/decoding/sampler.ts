/** Sampling the next token from logits. */
import type { Random } from '../../support/random.js';
import type { SamplingOptions } from './generation-settings.js';

/** The logits of the tokens that may be chosen, penalised where they were written before. */
export function allowedScores(
  logits: Float32Array,
  repetitionPenalty: number,
  allowed?: readonly number[],
  written: ReadonlySet<number> = new Set(),
): Float64Array {
  const scores = allowed ? new Float64Array(allowed.length) : new Float64Array(logits);
  if (allowed)
    for (let index = 0; index < scores.length; index += 1) scores[index] = logits[allowed[index]!]!;
  if (repetitionPenalty === 1) return scores;
  return scores.map((value, index) => {
    if (!written.has(allowed ? (allowed[index] ?? 0) : index)) return value;
    return value > 0 ? value / repetitionPenalty : value * repetitionPenalty;
  });
}

/**
 * Chooses a token.
 *
 * @param allowed ids that may be chosen; all where absent
 * @param written ids that the repetition penalty applies to
 */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  random: Random,
  allowed?: readonly number[],
  written?: ReadonlySet<number>,
): number {
  const scores = allowedScores(logits, options.repetitionPenalty, allowed, written);
  if (scores.length === 0) throw new Error('no token is allowed here');
  let [best, largest] = [0, scores[0]!];
  for (let index = 1; index < scores.length; index += 1) {
    const score = scores[index]!;
    if (score > largest) [best, largest] = [index, score];
  }
  const chosen = options.temperature === 0 ? best : draw(scores, largest, options, random);
  return allowed?.[chosen] ?? chosen;
}

/** The index of a score, drawn by its weight among those that top-k, top-p and min-p keep. The scores become weights in place. */
function draw(scores: Float64Array, largest: number, options: SamplingOptions, random: Random): number {
  const weights = scores;
  for (let index = 0; index < scores.length; index += 1) {
    weights[index] = Math.exp((scores[index]! - largest) / options.temperature);
  }
  const smallest = smallestKept(weights, options);
  let mass = 0;
  for (let index = 0; index < weights.length; index += 1) {
    if (weights[index]! >= smallest) mass += weights[index]!;
  }
  let point = random.next() * mass;
  let last = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index]!;
    if (weight < smallest) continue;
    last = index;
    point -= weight;
    if (point < 0) break;
  }
  return last;
}

/** The weight below which tokens are left out, of weights relative to the largest. Equal weights stay or go together. */
export function smallestKept(weights: Float64Array, { topK, topP, minP }: SamplingOptions): number {
  const limited = topK > 0 && topK < weights.length;
  if (!limited && topP >= 1) return minP;
  const descending = new Descending(weights);
  const whole = limited
    ? descending.first((count) => count >= topK)
    : { weight: 0, mass: descending.total() };
  const nucleus = topP < 1 ? descending.first((_, mass) => mass >= topP * whole.mass) : whole;
  return Math.max(minP, whole.weight, nucleus.weight);
}

/** The bits of a float above these order positive floats by size: eight buckets for each power of two. */
const BUCKET_SHIFT = 20;
/** Weights are at most 1. */
const BUCKETS = 1024;

/**
 * Weights from 0 to 1 from the largest down, without sorting them all, which took longer than anything else that is done with a
 * distribution over tens of thousands of tokens: they are counted into buckets, and only the bucket that an answer lies in is sorted.
 */
class Descending {
  private readonly buckets: Uint16Array;
  private readonly counts = new Uint32Array(BUCKETS);
  private readonly masses = new Float64Array(BUCKETS);

  constructor(private readonly weights: Float64Array) {
    const bits = new Uint32Array(new Float32Array(weights).buffer);
    this.buckets = new Uint16Array(weights.length);
    for (let index = 0; index < bits.length; index += 1) {
      const bucket = bits[index]! >>> BUCKET_SHIFT;
      this.buckets[index] = bucket;
      this.counts[bucket]! += 1;
      this.masses[bucket]! += weights[index]!;
    }
  }

  /** The first weight with which so many, or so much of them all, are reached (0 where they never are), and the mass up to it. */
  first(reached: (count: number, mass: number) => boolean): { weight: number; mass: number } {
    let [count, mass, weight] = [0, 0, 0];
    for (let bucket = BUCKETS - 1; bucket >= 0; bucket -= 1) {
      const size = this.counts[bucket]!;
      if (size === 0) continue;
      const within = mass + this.masses[bucket]!;
      if (!reached(count + size, within)) {
        [count, mass] = [count + size, within];
        continue;
      }
      for (weight of this.members(bucket)) {
        [count, mass] = [count + 1, mass + weight];
        if (reached(count, mass)) break;
      }
      return { weight, mass };
    }
    return { weight, mass };
  }

  total(): number {
    return this.masses.reduce((sum, mass) => sum + mass, 0);
  }

  private members(bucket: number): Float64Array {
    const members = new Float64Array(this.counts[bucket]!);
    let count = 0;
    for (let index = 0; index < this.buckets.length; index += 1) {
      if (this.buckets[index] === bucket) members[count++] = this.weights[index]!;
    }
    return members.sort().reverse();
  }
}
