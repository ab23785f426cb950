/**
 * The losses: supervised fine-tuning, and direct preference optimisation.
 *
 * Each is a function from the log-probabilities of the loss rows to one number, with the further inputs it declares; what
 * feeds them stands beside it.
 */
import type { Value } from '../tensor/graph.js';
import { add, gemm, logSigmoid, multiply, negate, reduceSum, scale, subtract } from '../tensor/operators.js';
import type { ArrayWithShape } from '../tensor/session.js';
import type { PackedBatch } from './packing.js';

/** −Σ weight · log p. With weights of 1/N this is the mean over the N completion tokens of a step. */
export function sftLoss(logProbabilities: Value): Value {
  const { graph } = logProbabilities;
  const weights = graph.input('weights', 'float32', logProbabilities.shape);
  return negate(reduceSum(multiply(weights, logProbabilities), [0, 1]));
}

/** @param tokensOfStep completion tokens of the whole optimiser step, over all its micro-batches */
export function sftFeeds(batch: PackedBatch, tokensOfStep: number): Record<string, ArrayWithShape> {
  const data = Float32Array.from(batch.lossRows, ({ sequences }) => sequences.length / tokensOfStep);
  return { weights: { data, shape: [data.length, 1] } };
}

export interface DpoOptions {
  /** Strength of the pull towards the reference. */
  readonly beta: number;
  /** How often preferences are assumed to be flipped (conservative DPO). */
  readonly labelSmoothing: number;
  /** Weight of the negative log-likelihood of the chosen answers, added to the loss; 0 leaves it out. */
  readonly rpoAlpha: number;
}

/**
 * Direct preference optimisation (Rafailov et al., arXiv 2305.18290), the `sigmoid` loss of TRL:
 * −log σ(β · margin), where the margin is how much more the policy prefers the chosen answer than the reference does; plus
 * rpoAlpha times the mean loss a token of the chosen answers (RPO, arXiv 2404.19733), which keeps them from becoming unlikely too.
 */
export function dpoLoss(options: DpoOptions): (logProbabilities: Value) => Value {
  return (logProbabilities) => {
    const { graph } = logProbabilities;
    const losses = logProbabilities.shape[0] as string;
    const membership = graph.input('membership', 'float32', ['sequences', losses]);
    const signs = graph.input('signs', 'float32', ['pairs', 'sequences']);
    const reference = graph.input('reference_margins', 'float32', ['pairs', 1]);
    const pairWeights = graph.input('pair_weights', 'float32', ['pairs', 1]);
    const sequences = gemm(membership, logProbabilities);
    const margins = scale(subtract(gemm(signs, sequences), reference), options.beta);
    const kept = scale(logSigmoid(margins), 1 - options.labelSmoothing);
    const flipped = scale(logSigmoid(negate(margins)), options.labelSmoothing);
    const preference = negate(reduceSum(multiply(pairWeights, add(kept, flipped)), [0, 1]));
    return options.rpoAlpha > 0 ? add(preference, sftLoss(logProbabilities)) : preference;
  };
}

/** The weights of the chosen answers' tokens in the likelihood term of {@link dpoLoss}. */
export function rpoFeeds(
  batch: PackedBatch,
  rpoAlpha: number,
  chosenTokensOfStep: number,
): Record<string, ArrayWithShape> {
  if (rpoAlpha <= 0) return {};
  const data = Float32Array.from(
    batch.lossRows,
    ({ sequences }) =>
      (sequences.filter((sequence) => sequence % 2 === 0).length * rpoAlpha) / chosenTokensOfStep,
  );
  return { weights: { data, shape: [data.length, 1] } };
}

/**
 * @param references reference log-probabilities of the batch's sequences, chosen and rejected by turns
 * @param pairsOfStep pairs of the whole optimiser step
 */
export function dpoFeeds(
  batch: PackedBatch,
  references: readonly number[],
  pairsOfStep: number,
): Record<string, ArrayWithShape> {
  const { sequences, lossRows } = batch;
  const pairs = sequences / 2;
  const signs = new Float32Array(pairs * sequences);
  const margins = new Float32Array(pairs);
  for (let pair = 0; pair < pairs; pair += 1) {
    signs[pair * sequences + 2 * pair] = 1;
    signs[pair * sequences + 2 * pair + 1] = -1;
    margins[pair] = (references[2 * pair] ?? 0) - (references[2 * pair + 1] ?? 0);
  }
  return {
    membership: { data: membershipMatrix(batch), shape: [sequences, lossRows.length] },
    signs: { data: signs, shape: [pairs, sequences] },
    reference_margins: { data: margins, shape: [pairs, 1] },
    pair_weights: { data: new Float32Array(pairs).fill(1 / pairsOfStep), shape: [pairs, 1] },
  };
}

/** Loss terms of a batch: a row that several sequences share counts once for each. */
export function lossTerms({ lossRows }: PackedBatch): number {
  return lossRows.reduce((sum, { sequences }) => sum + sequences.length, 0);
}

/** [sequences, loss rows]: 1 where a loss row belongs to a sequence. */
function membershipMatrix({ sequences, lossRows }: PackedBatch): Float32Array {
  const matrix = new Float32Array(sequences * lossRows.length);
  lossRows.forEach((row, index) => {
    for (const sequence of row.sequences) matrix[sequence * lossRows.length + index] = 1;
  });
  return matrix;
}

/** The sum of log-probabilities of each sequence of a batch. */
export function sequenceSums(batch: PackedBatch, logProbabilities: Float32Array): number[] {
  const sums = new Array<number>(batch.sequences).fill(0);
  batch.lossRows.forEach(({ sequences }, index) => {
    for (const sequence of sequences) {
      sums[sequence] = (sums[sequence] ?? 0) + (logProbabilities[index] ?? 0);
    }
  });
  return sums;
}
