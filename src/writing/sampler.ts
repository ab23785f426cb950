/** Sampling the next token from logits. Names and meanings are those of Transformers' GenerationConfig. */
import type { Random } from '../support/random.js';

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  readonly temperature: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK: number;
  /** Keep the smallest set of tokens whose probability reaches this. */
  readonly topP: number;
  /** Keep tokens at least this fraction as likely as the likeliest. */
  readonly minP: number;
  /** Divides (or multiplies) the logits of tokens already written; 1 changes nothing. */
  readonly repetitionPenalty: number;
}

export const SAMPLING_DEFAULTS: SamplingOptions = {
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
};

/** The logits of the tokens that may be chosen, penalised where they were written before. */
export function allowedScores(
  logits: Float32Array,
  repetitionPenalty: number,
  allowed?: readonly number[],
  written: ReadonlySet<number> = new Set(),
): Float64Array {
  const scores = new Float64Array(allowed?.length ?? logits.length);
  for (let index = 0; index < scores.length; index += 1) {
    scores[index] = logits[allowed ? (allowed[index] ?? 0) : index] ?? -Infinity;
  }
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
  let best = 0;
  for (let index = 1; index < scores.length; index += 1) if (scores[index]! > scores[best]!) best = index;
  const chosen = options.temperature === 0 ? best : draw(scores, scores[best]!, options, random);
  return allowed?.[chosen] ?? chosen;
}

/** The index of a score, drawn by its weight among those that top-k, top-p and min-p keep. */
function draw(scores: Float64Array, largest: number, options: SamplingOptions, random: Random): number {
  const weights = scores.map((value) => Math.exp((value - largest) / options.temperature));
  const smallest = smallestKept(weights, options);
  let mass = 0;
  for (const weight of weights) if (weight >= smallest) mass += weight;
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

/** The weight below which tokens are left out. Equal weights stay or go together. */
function smallestKept(weights: Float64Array, { topK, topP, minP }: SamplingOptions): number {
  if (topK <= 0 && topP >= 1) return minP;
  const sorted = weights.slice().sort().reverse();
  const limit = topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
  const total = sorted.subarray(0, limit).reduce((sum, weight) => sum + weight, 0);
  let mass = 0;
  for (let index = 0; index < limit; index += 1) {
    mass += sorted[index]!;
    if (mass >= topP * total) return Math.max(minP, sorted[index]!);
  }
  return Math.max(minP, sorted[limit - 1]!);
}
