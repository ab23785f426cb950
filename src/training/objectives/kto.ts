/**
 * Kahneman-Tversky optimisation (Ethayarajh et al. 2024, arXiv 2402.01306): answers by themselves, each labelled good or bad, against a
 * reference and against how far the policy has moved from it at all, which mismatched answers tell.
 */
import { Random } from '../../support/random.js';
import { floats, type ArrayWithShape } from '../../tensor/arrays.js';
import type { Graph, Value } from '../../tensor/graph.js';
import { gemm, maximum, multiply, reduceSum, scale, sigmoid, subtract } from '../../tensor/operators.js';
import { ExampleOrder } from '../example-order.js';
import { fixedSource, type LearningContext, type TokenizedExample } from '../learning.js';
import { sequenceSums } from '../losses.js';
import type { Example, Learning, Objective } from '../objective.js';
import type { PackedBatch, TokenTree } from '../packing.js';
import type { KtoRecipe } from '../recipe.js';
import type { KtoSettings } from '../recipe/kto-settings.js';
import { scoreTrees, sequenceTerms } from '../scoring.js';

/** A prompt with its answer, and with the answer to another prompt. */
export interface JudgedAnswer extends Example {
  readonly label: boolean;
  /** Log-probabilities of both under the reference. */
  readonly references: readonly number[];
}

/** Of the sequences of a batch the answers, or the mismatched ones. */
type Side = 'answer' | 'mismatched';

const SIDES: Readonly<Record<Side, 0 | 1>> = { answer: 0, mismatched: 1 };

function ktoLoss({ beta, loss_type }: KtoSettings): (logProbabilities: Value) => Value {
  return (logProbabilities) => {
    const { graph } = logProbabilities;
    const losses = logProbabilities.shape[0] ?? 'losses';
    const column = (name: string): Value => graph.input(name, 'float32', ['examples', 1]);
    const ratio = (side: Side): Value => {
      const membership = graph.input(`${side}_membership`, 'float32', ['examples', losses]);
      return subtract(gemm(membership, logProbabilities), column(`${side}_reference`));
    };
    const moved = ratio('answer');
    const signs = column('signs');
    // Equation 7 of the paper; apo_zero_unpaired (arXiv 2408.06266) has no such term.
    const margin =
      loss_type === 'kto'
        ? subtract(
            moved,
            divergence(graph, () => ratio('mismatched')),
          )
        : moved;
    const value = sigmoid(scale(multiply(signs, margin), beta));
    return reduceSum(multiply(column('example_weights'), subtract(graph.scalar(1), value)), [0, 1]);
  };
}

/** How far the policy is from the reference: the mean over mismatched answers, not below 0. Nothing is learnt through it. */
function divergence(graph: Graph, mismatched: () => Value): Value {
  const weights = graph.input('divergence_weights', 'float32', [1, 'examples']);
  return graph.composite(() => maximum(gemm(weights, mismatched()), graph.scalar(0)));
}

/** The objective of answers judged good or bad, each by itself. */
export function ktoObjective(settings: KtoSettings): Objective<JudgedAnswer> {
  const { beta, desirable_weight: good, undesirable_weight: bad, loss_type } = settings;
  return {
    loss: ktoLoss(settings),
    entropy: true,
    feeds: (batch, part, step) => ({
      ...sideFeeds(batch, part, 'answer'),
      ...(loss_type === 'kto'
        ? { ...sideFeeds(batch, part, 'mismatched'), divergence_weights: evenly(part.length) }
        : {}),
      signs: columnOf(part, ({ label }) => (label ? 1 : -1)),
      example_weights: columnOf(part, ({ label }) => (label ? good : bad) / step.length),
    }),
    tally: (batch, part, outputs, tally) => {
      const sums = sequenceSums(batch, floats(outputs, 'logps'));
      const moved = (index: number, side: Side): number =>
        (sums[2 * index + SIDES[side]] ?? NaN) - (part[index]?.references[SIDES[side]] ?? NaN);
      part.forEach(({ label }, index) => {
        const name = label ? 'chosen' : 'rejected';
        tally.mean(`rewards/${name}`, beta * moved(index, 'answer'));
        tally.mean(`logps/${name}`, sums[2 * index] ?? NaN);
      });
      const divergence = part.reduce((sum, _, index) => sum + moved(index, 'mismatched'), 0) / part.length;
      if (loss_type === 'kto') tally.mean('kl', Math.max(0, divergence));
      const entropies = floats(outputs, 'entropy');
      sequenceTerms(batch).forEach((rows, sequence) => {
        if (sequence % 2 === SIDES.answer)
          for (const row of rows) tally.mean('entropy', entropies[row] ?? NaN);
      });
    },
    figures: (figures): Record<string, number> => {
      const { 'rewards/chosen': chosen, 'rewards/rejected': rejected } = figures;
      if (chosen === undefined || rejected === undefined) return {};
      return { 'rewards/margins': chosen - rejected };
    },
  };
}

function columnOf<E>(part: readonly E[], value: (example: E) => number): ArrayWithShape {
  return { data: Float32Array.from(part, value), shape: [part.length, 1] };
}

const evenly = (count: number): ArrayWithShape => ({
  data: new Float32Array(count).fill(1 / count),
  shape: [1, count],
});

/** Which loss rows are an answer's, and what the reference thinks of it. */
function sideFeeds(
  batch: PackedBatch,
  part: readonly JudgedAnswer[],
  side: Side,
): Record<string, ArrayWithShape> {
  const rows = batch.lossRows.length;
  const membership = new Float32Array(part.length * rows);
  sequenceTerms(batch).forEach((terms, sequence) => {
    if (sequence % 2 !== SIDES[side]) return;
    for (const row of terms) membership[Math.floor(sequence / 2) * rows + row] = 1;
  });
  return {
    [`${side}_membership`]: { data: membership, shape: [part.length, rows] },
    [`${side}_reference`]: columnOf(part, ({ references }) => references[SIDES[side]] ?? NaN),
  };
}

/**
 * The reference is scored once, for the examples that the stage sees. The mismatched answer of each is that of the one before it in an order
 * that the seed draws.
 */
export async function learnKto(context: LearningContext<KtoRecipe>): Promise<Learning<JudgedAnswer>> {
  const { recipe, trees, validation } = context;
  const seen = new ExampleOrder(recipe, trees.length).seen();
  const examples = await judgedAnswers(trees, seen, context);
  return {
    objective: ktoObjective(recipe),
    source: fixedSource(recipe, trees.length, (index) => examples.get(index) as JudgedAnswer),
    validation: [...(await judgedAnswers(validation, [...validation.keys()], context)).values()],
  };
}

/** Answers, each beside the one before it in an order that the seed draws: what it says of another prompt's answer tells the divergence. */
export function besideOthers(
  recipe: KtoRecipe,
  examples: readonly TokenizedExample[],
  places: readonly number[],
): TokenTree[] {
  const order = Random.for(recipe.seed, 'mismatched').shuffle([...examples.keys()]);
  const before = new Map(order.map((place, at) => [place, order.at(at - 1) ?? 0]));
  return places.map((place): TokenTree => {
    const { prompt = [], completions = [] } = examples[place] ?? {};
    const other = examples[before.get(place) ?? 0]?.completions[0] ?? [];
    return { prompt, completions: [completions[0] ?? [], other.slice(0, recipe.max_length - prompt.length)] };
  });
}

/** The examples at some places of a data set, by their places. */
async function judgedAnswers(
  examples: readonly TokenizedExample[],
  places: readonly number[],
  { recipe, base, reference }: LearningContext<KtoRecipe>,
): Promise<ReadonlyMap<number, JudgedAnswer>> {
  if (places.length === 0) return new Map();
  const trees = besideOthers(recipe, examples, places);
  const scores = await scoreTrees(base, reference, trees, recipe.row_length);
  return new Map(
    trees.map((tree, at) => {
      const place = places[at] ?? 0;
      return [place, { tree, label: examples[place]?.label ?? true, references: scores[at] ?? [] }];
    }),
  );
}
