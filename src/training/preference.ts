/**
 * The preference losses, under TRL's names. Each is a function of four numbers a pair: what the policy and the reference think of the
 * chosen and of the rejected answer, as sums of log-probabilities or as means a token.
 */
import type { Value } from '../tensor/graph.js';
import {
  add,
  exp,
  gemm,
  log,
  logSigmoid,
  maximum,
  multiply,
  negate,
  reduceSum,
  scale,
  sigmoid,
  subtract,
} from '../tensor/operators.js';
import type { ArrayWithShape } from '../tensor/arrays.js';
import { sftLoss } from './losses.js';
import type { PackedBatch } from './packing.js';

export const PREFERENCE_LOSSES = [
  'sigmoid',
  'ipo',
  'hinge',
  'robust',
  'apo_zero',
  'apo_down',
  'sigmoid_norm',
  'simpo',
  'orpo',
] as const;
export type PreferenceLoss = (typeof PREFERENCE_LOSSES)[number];

export interface PreferenceOptions {
  readonly lossType: PreferenceLoss;
  /** Strength of the pull towards the reference; for orpo the weight of the odds ratio. */
  readonly beta: number;
  /** How often preferences are assumed to be flipped: sigmoid (conservative DPO), robust, simpo. */
  readonly labelSmoothing: number;
  /** Weight of the negative log-likelihood of the chosen answers, added to the loss; 0 leaves it out. orpo has it at 1. */
  readonly rpoAlpha: number;
  /** The margin that simpo asks for between the answers' rewards. */
  readonly simpoGamma: number;
}

/** Whether a loss compares means a token, so that long answers weigh no more than short ones. */
export function usesMeans(loss: PreferenceLoss): boolean {
  return ['ipo', 'sigmoid_norm', 'simpo', 'orpo'].includes(loss);
}

/** Whether a loss needs no reference. */
export function isReferenceFree(loss: PreferenceLoss): boolean {
  return loss === 'simpo' || loss === 'orpo';
}

/** Whether a loss has a place for label smoothing. */
export function usesLabelSmoothing(loss: PreferenceLoss): boolean {
  return ['sigmoid', 'robust', 'sigmoid_norm', 'simpo'].includes(loss);
}

/** Weight of the likelihood of the chosen answers. */
export function likelihoodWeight({ lossType, rpoAlpha }: PreferenceOptions): number {
  return lossType === 'orpo' ? 1 : rpoAlpha;
}

/** The answers of pairs: log-probabilities under the policy, and their differences from the reference's, each [pairs, 1]. */
interface Answers {
  readonly chosen: Value;
  readonly rejected: Value;
  readonly chosenRatio: Value;
  readonly rejectedRatio: Value;
}

const one = (like: Value): Value => like.graph.scalar(1);

/** log σ(x), or the mixture that label smoothing makes of it and log σ(−x). */
function smoothed(x: Value, smoothing: number, sign: 1 | -1 = 1): Value {
  const kept = scale(logSigmoid(x), 1 - smoothing);
  return smoothing === 0 ? kept : add(kept, scale(logSigmoid(negate(x)), sign * smoothing));
}

/** The loss of each pair. */
const FORMULAS: Readonly<Record<PreferenceLoss, (answers: Answers, options: PreferenceOptions) => Value>> = {
  // Rafailov et al. 2023 (arXiv 2305.18290); smoothed: Mitchell 2023, cDPO.
  sigmoid: (answers, { beta, labelSmoothing }) =>
    negate(smoothed(scale(margin(answers), beta), labelSmoothing)),
  // Azar et al. 2023 (arXiv 2310.12036), on means a token.
  ipo: (answers, { beta }) => {
    const distance = subtract(margin(answers), margin(answers).graph.scalar(1 / (2 * beta)));
    return multiply(distance, distance);
  },
  // Zhao et al. 2023, SLiC-HF (arXiv 2305.10425).
  hinge: (answers, { beta }) => {
    const scaled = scale(margin(answers), beta);
    return maximum(subtract(one(scaled), scaled), scaled.graph.scalar(0));
  },
  // Chowdhury et al. 2024 (arXiv 2403.00409).
  robust: (answers, { beta, labelSmoothing }) =>
    scale(smoothed(scale(margin(answers), beta), labelSmoothing, -1), -1 / (1 - 2 * labelSmoothing)),
  // D'Oosterlinck et al. 2024 (arXiv 2408.06266): for a chosen answer better than what the policy writes.
  apo_zero: ({ chosenRatio, rejectedRatio }, { beta }) =>
    add(subtract(one(chosenRatio), sigmoid(scale(chosenRatio, beta))), sigmoid(scale(rejectedRatio, beta))),
  // The same, for a chosen answer worse than what the policy writes.
  apo_down: (answers, { beta }) =>
    add(
      sigmoid(scale(answers.chosenRatio, beta)),
      subtract(one(answers.chosen), sigmoid(scale(margin(answers), beta))),
    ),
  // The sigmoid loss on means a token (TRL, after Tülu 3's length-normalised DPO, arXiv 2411.15124).
  sigmoid_norm: (answers, { beta, labelSmoothing }) =>
    negate(smoothed(scale(margin(answers), beta), labelSmoothing)),
  // Meng et al. 2024 (arXiv 2405.14734).
  simpo: ({ chosen, rejected }, { beta, simpoGamma, labelSmoothing }) => {
    const reward = scale(subtract(chosen, rejected), beta);
    return negate(smoothed(subtract(reward, reward.graph.scalar(simpoGamma)), labelSmoothing));
  },
  // Hong et al. 2024 (arXiv 2403.07691): log-odds of the mean probabilities. The likelihood of the chosen answer is added outside.
  orpo: ({ chosen, rejected }, { beta }) => {
    const odds = (mean: Value): Value => subtract(mean, log(subtract(one(mean), exp(mean))));
    return scale(logSigmoid(subtract(odds(chosen), odds(rejected))), -beta);
  },
};

/** How much more the policy prefers the chosen answer than the reference does. */
function margin({ chosenRatio, rejectedRatio }: Answers): Value {
  return subtract(chosenRatio, rejectedRatio);
}

/** The mean loss of a step's pairs, with the likelihood of the chosen answers where it is asked for. */
export function preferenceLoss(options: PreferenceOptions): (logProbabilities: Value) => Value {
  return (logProbabilities) => {
    const { graph } = logProbabilities;
    const losses = logProbabilities.shape[0] as string;
    const [chosen, rejected] = (['chosen', 'rejected'] as const).map((side) =>
      gemm(graph.input(`${side}_membership`, 'float32', ['pairs', losses]), logProbabilities),
    ) as [Value, Value];
    const ratio = (policy: Value, side: string): Value =>
      isReferenceFree(options.lossType)
        ? policy
        : subtract(policy, graph.input(`reference_${side}`, 'float32', ['pairs', 1]));
    const answers = {
      chosen,
      rejected,
      chosenRatio: ratio(chosen, 'chosen'),
      rejectedRatio: ratio(rejected, 'rejected'),
    };
    const weights = graph.input('pair_weights', 'float32', ['pairs', 1]);
    const preference = reduceSum(multiply(weights, FORMULAS[options.lossType](answers, options)), [0, 1]);
    return likelihoodWeight(options) > 0 ? add(preference, sftLoss(logProbabilities)) : preference;
  };
}

/** Sums of the batch's sequences as a loss compares them: as they are, or as means a token. */
export function asCompared(batch: PackedBatch, sums: readonly number[], loss: PreferenceLoss): number[] {
  if (!usesMeans(loss)) return [...sums];
  const lengths = sequenceLengths(batch);
  return sums.map((sum, index) => sum / (lengths[index] ?? 1));
}

/** Tokens with loss of each sequence. */
function sequenceLengths({ sequences, lossRows }: PackedBatch): number[] {
  const lengths = new Array<number>(sequences).fill(0);
  for (const row of lossRows) {
    for (const sequence of row.sequences) lengths[sequence] = (lengths[sequence] ?? 0) + 1;
  }
  return lengths;
}

/**
 * The feeds of {@link preferenceLoss}.
 *
 * @param references reference log-probabilities (sums) of the batch's sequences, chosen and rejected by turns
 * @param pairsOfStep pairs of the whole optimiser step, and tokens of its chosen answers
 */
export function preferenceFeeds(
  batch: PackedBatch,
  references: readonly number[],
  options: PreferenceOptions,
  pairsOfStep: number,
  chosenTokensOfStep: number,
): Record<string, ArrayWithShape> {
  const pairs = batch.sequences / 2;
  const rows = batch.lossRows.length;
  const lengths = sequenceLengths(batch);
  const divisor = (sequence: number): number => (usesMeans(options.lossType) ? (lengths[sequence] ?? 1) : 1);
  const membership = [0, 1].map(() => new Float32Array(pairs * rows));
  batch.lossRows.forEach(({ sequences }, row) => {
    for (const sequence of sequences) {
      const matrix = membership[sequence % 2];
      if (matrix) matrix[Math.floor(sequence / 2) * rows + row] = 1 / divisor(sequence);
    }
  });
  const compared = asCompared(batch, references, options.lossType);
  const reference = (side: 0 | 1): ArrayWithShape => ({
    data: Float32Array.from({ length: pairs }, (_, pair) => compared[2 * pair + side] ?? NaN),
    shape: [pairs, 1],
  });
  const weight = likelihoodWeight(options);
  const chosenWeights = Float32Array.from(
    batch.lossRows,
    ({ sequences }) =>
      (sequences.filter((sequence) => sequence % 2 === 0).length * weight) / chosenTokensOfStep,
  );
  return {
    chosen_membership: { data: membership[0] as Float32Array, shape: [pairs, rows] },
    rejected_membership: { data: membership[1] as Float32Array, shape: [pairs, rows] },
    ...(isReferenceFree(options.lossType)
      ? {}
      : { reference_chosen: reference(0), reference_rejected: reference(1) }),
    pair_weights: { data: new Float32Array(pairs).fill(1 / pairsOfStep), shape: [pairs, 1] },
    ...(weight > 0 ? { weights: { data: chosenWeights, shape: [rows, 1] } } : {}),
  };
}
