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

/**
 * Chooses a token.
 *
 * @param allowed ids that may be chosen; all where absent
 * @param written ids that the repetition penalty applies to
 * @returns the token and its log-probability among the allowed ones, before temperature
 */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  random: Random,
  allowed?: readonly number[],
  written: ReadonlySet<number> = new Set(),
): { token: number; logProbability: number } {
  const ids = allowed ?? Array.from(logits, (_, id) => id);
  if (ids.length === 0) throw new Error('no token is allowed here');
  const score = (id: number): number => {
    const value = logits[id] ?? -Infinity;
    if (!written.has(id) || options.repetitionPenalty === 1) return value;
    return value > 0 ? value / options.repetitionPenalty : value * options.repetitionPenalty;
  };
  const scored = ids.map((id) => ({ id, value: score(id) })).sort((a, b) => b.value - a.value);
  const largest = scored[0]?.value ?? 0;
  const logSum = largest + Math.log(scored.reduce((sum, { value }) => sum + Math.exp(value - largest), 0));
  const chosen = options.temperature === 0 ? scored[0] : draw(scored, largest, options, random);
  return { token: chosen?.id ?? 0, logProbability: (chosen?.value ?? 0) - logSum };
}

interface Scored {
  readonly id: number;
  readonly value: number;
}

function draw(
  scored: readonly Scored[],
  largest: number,
  options: SamplingOptions,
  random: Random,
): Scored | undefined {
  const { temperature, topK, topP, minP } = options;
  const kept = topK > 0 ? scored.slice(0, topK) : scored;
  const weights = kept.map(({ value }) => Math.exp((value - largest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let end = 0;
  let mass = 0;
  while (end < kept.length && (end === 0 || (mass < topP * total && (weights[end] ?? 0) >= minP))) {
    mass += weights[end] ?? 0;
    end += 1;
  }
  let point = random.next() * mass;
  for (let index = 0; index < end; index += 1) {
    point -= weights[index] ?? 0;
    if (point < 0) return kept[index];
  }
  return kept[end - 1];
}
