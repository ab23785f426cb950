/**
 * Group relative policy optimisation (Shao et al. 2024, arXiv 2402.03300): the model's own answers, each against the others to the same
 * prompt, by the clipped ratio of its probabilities now and when it was written. The losses are TRL's: `grpo`; `bnpo` and `dapo` (Yu et al. 2025,
 * arXiv 2503.14476); `dr_grpo` (Liu et al. 2025, arXiv 2503.20783); `importance_sampling_level: sequence` is GSPO (Zheng et al. 2025, arXiv
 * 2507.18071).
 */
import { floats, type ArrayWithShape } from '../../tensor/arrays.js';
import type { Graph, Value } from '../../tensor/graph.js';
import {
  add,
  clip,
  exp,
  gemm,
  minimum,
  multiply,
  negate,
  reduceSum,
  scale,
  subtract,
} from '../../tensor/operators.js';
import { gather } from '../../tensor/shape-operators.js';
import type { Example, Objective } from '../objective.js';
import type { PackedBatch } from '../packing.js';
import type { GrpoSettings } from '../recipe/grpo-settings.js';
import { sequenceTerms } from '../scoring.js';
import type { Tally } from '../tally.js';

/** An answer of the model: a prompt with one completion. */
export interface Rollout extends Example {
  /** How much better it is than the others of its group. */
  readonly advantage: number;
  /** Left out of the loss: it was cut off. */
  readonly masked: boolean;
  /** Log-probabilities of its tokens when it was written; absent: they are the policy's of now. */
  readonly old?: Float32Array;
  /** Log-probabilities of its tokens under the reference; absent where nothing pulls to it. */
  readonly reference?: Float32Array;
}

/** The bounds of the ratio. */
function bounds({ epsilon, epsilon_high }: GrpoSettings): { least: number; most: number } {
  return { least: 1 - epsilon, most: 1 + (epsilon_high ?? epsilon) };
}

/** A term of the loss for each token of each answer: a row of the graph that several answers share is a term for each. */
function grpoLoss(settings: GrpoSettings): (logProbabilities: Value) => Value {
  const { beta, importance_sampling_level: level, num_iterations: iterations } = settings;
  const { least, most } = bounds(settings);
  return (logProbabilities) => {
    const { graph } = logProbabilities;
    const column = (name: string): Value => graph.input(name, 'float32', ['terms', 1]);
    const logps = gather(logProbabilities, graph.input('term_rows', 'int64', ['terms']));
    // Answers that are learnt from once are as likely as when they were written: the ratio is 1, and only its gradient counts.
    const old = iterations > 1 ? column('old_logps') : graph.composite(() => scale(logps, 1));
    const change = subtract(logps, old);
    const ratio = exp(level === 'token' ? change : ofSequences(graph, change));
    const advantages = column('advantages');
    const clipped = clip(ratio, graph.scalar(least), graph.scalar(most));
    const gain = minimum(multiply(ratio, advantages), multiply(clipped, advantages));
    const loss =
      beta > 0 ? add(negate(gain), scale(divergence(logps, column('reference_logps')), beta)) : negate(gain);
    return reduceSum(multiply(column('weights'), loss), [0, 1]);
  };
}

/** The mean of each answer's terms, at each of its terms. */
function ofSequences(graph: Graph, terms: Value): Value {
  const means = gemm(graph.input('sequence_means', 'float32', ['sequences', 'terms']), terms);
  return gather(means, graph.input('term_sequences', 'int64', ['terms']));
}

/** The KL divergence from the reference, estimated at a token: exp(r) − r − 1 with r the reference's log-probability less ours (Schulman's k3). */
function divergence(logps: Value, reference: Value): Value {
  const ratio = subtract(reference, logps);
  return subtract(subtract(exp(ratio), ratio), logps.graph.scalar(1));
}

/** The terms of a batch: each token of each answer, answer after answer. */
interface Term {
  readonly row: number;
  readonly sequence: number;
  /** Place of the token in its answer. */
  readonly place: number;
}

function termsOf(batch: PackedBatch): Term[] {
  return sequenceTerms(batch).flatMap((rows, sequence) =>
    rows.map((row, place) => ({ row, sequence, place })),
  );
}

const tokensOf = (answers: readonly Rollout[]): number =>
  answers.reduce((sum, { masked, tree }) => sum + (masked ? 0 : (tree.completions[0]?.length ?? 0)), 0);

/** What each term of an answer weighs in the mean that a loss type takes. */
function termWeight(
  { loss_type: type, max_completion_length: longest }: GrpoSettings,
  part: readonly Rollout[],
  step: readonly Rollout[],
): (answer: Rollout) => number {
  const shareOfStep = part.length / step.length;
  const whole = {
    dapo: 1 / Math.max(1, tokensOf(step)),
    bnpo: shareOfStep / Math.max(1, tokensOf(part)),
    dr_grpo: 1 / (step.length * longest),
  };
  return ({ masked, tree }) => {
    if (masked) return 0;
    if (type !== 'grpo') return whole[type];
    return 1 / (step.length * Math.max(1, tree.completions[0]?.length ?? 0));
  };
}

/** The objective of judged groups of answers, in the variant that the settings name. */
export function grpoObjective(settings: GrpoSettings): Objective<Rollout> {
  const { beta, importance_sampling_level: level, num_iterations: iterations } = settings;
  return {
    loss: grpoLoss(settings),
    entropy: true,
    feeds: (batch, part, step) => {
      const terms = termsOf(batch);
      const weight = termWeight(settings, part, step);
      const column = (value: (answer: Rollout, place: number) => number): ArrayWithShape => ({
        data: Float32Array.from(terms, ({ sequence, place }) => value(part[sequence] as Rollout, place)),
        shape: [terms.length, 1],
      });
      return {
        term_rows: indices(terms.map(({ row }) => row)),
        advantages: column(({ advantage }) => advantage),
        weights: column(weight),
        ...(iterations > 1 ? { old_logps: column(({ old }, place) => old?.[place] ?? NaN) } : {}),
        ...(beta > 0 ? { reference_logps: column(({ reference }, place) => reference?.[place] ?? NaN) } : {}),
        ...(level === 'sequence' ? sequenceFeeds(terms, part.length) : {}),
      };
    },
    tally: (batch, part, outputs, tally) => {
      const [logps, entropies] = [floats(outputs, 'logps'), floats(outputs, 'entropy')];
      sequenceTerms(batch).forEach((rows, sequence) => {
        const answer = part[sequence] as Rollout;
        const now = Float32Array.from(rows, (row) => logps[row] ?? NaN);
        tallyClipping(settings, answer, now, tally);
        if (answer.masked) return;
        rows.forEach((row, place) => {
          tally.mean('entropy', entropies[row] ?? NaN);
          if (!answer.reference) return;
          const ratio = (answer.reference[place] ?? NaN) - (now[place] ?? NaN);
          tally.mean('kl', Math.exp(ratio) - ratio - 1);
        });
      });
    },
  };
}

const indices = (values: readonly number[]): ArrayWithShape => ({
  data: BigInt64Array.from(values, BigInt),
  shape: [values.length],
});

function sequenceFeeds(terms: readonly Term[], sequences: number): Record<string, ArrayWithShape> {
  const lengths = new Array<number>(sequences).fill(0);
  for (const { sequence } of terms) lengths[sequence] = (lengths[sequence] ?? 0) + 1;
  const means = new Float32Array(sequences * terms.length);
  terms.forEach(({ sequence }, term) => {
    means[sequence * terms.length + term] = 1 / (lengths[sequence] ?? 1);
  });
  return {
    sequence_means: { data: means, shape: [sequences, terms.length] },
    term_sequences: indices(terms.map(({ sequence }) => sequence)),
  };
}

/** How much of an answer the bounds keep from being learnt further. */
function tallyClipping(settings: GrpoSettings, answer: Rollout, logps: Float32Array, tally: Tally): void {
  const { least, most } = bounds(settings);
  const { advantage, masked, old = logps } = answer;
  const changes = [...logps].map((value, place) => value - (old[place] ?? NaN));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const bySequence = settings.importance_sampling_level === 'sequence';
  // Per answer there is one ratio, and an answer that is left out of the loss has one too.
  if (masked && !bySequence) return;
  const ratios = (bySequence ? [masked ? 0 : mean(changes)] : changes).map(Math.exp);
  const low = mean(ratios.map((ratio) => Number(ratio < least && advantage < 0)));
  const high = mean(ratios.map((ratio) => Number(ratio > most && advantage > 0)));
  tally.mean('clip_ratio/low_mean', low, ratios.length);
  tally.mean('clip_ratio/high_mean', high, ratios.length);
  tally.mean('clip_ratio/region_mean', low + high, ratios.length);
  tally.least('clip_ratio/low_min', low);
  tally.most('clip_ratio/high_max', high);
}
