/** What a stage learns from: examples as token trees, with the feeds and figures of its loss. */
import type { FrozenBase } from '../model/frozen-base.js';
import { loraTensors, type Adapter } from '../model/lora.js';
import { floats, type ArrayWithShape } from '../tensor/arrays.js';
import { batchFeeds, type LossBuilder } from './graph.js';
import { sequenceSums, sftFeeds, sftLoss } from './losses.js';
import { packTrees, longestLength, sortByPrompt, type PackedBatch, type TokenTree } from './packing.js';
import { asCompared, preferenceFeeds, preferenceLoss, type PreferenceOptions } from './preference.js';
import type { StageRecipe } from './recipe.js';
import type { Outputs } from './stepper.js';
import { createScorer } from './trainer-session.js';

/** Sums over the examples of a step, by metric name; divided by their number at its end. */
export type Tally = Record<string, number>;

export interface Objective {
  readonly trees: readonly TokenTree[];
  readonly loss: LossBuilder;
  /** The feeds of the loss for examples `indices` packed in `batch`; `step` are the examples of the whole step. */
  feeds(
    batch: PackedBatch,
    indices: readonly number[],
    step: readonly number[],
  ): Record<string, ArrayWithShape>;
  /** Adds a micro-batch's figures to the step's. */
  tally(batch: PackedBatch, indices: readonly number[], outputs: Outputs, tally: Tally): void;
}

/** A micro-batch of a step, packed, with everything that the graph is fed but the weights. */
export interface MicroBatch {
  readonly indices: readonly number[];
  readonly batch: PackedBatch;
  readonly feeds: Record<string, ArrayWithShape>;
}

/** The micro-batches of some examples. Those that begin alike stand together, so that they share what they can. */
export function* microBatches(
  objective: Objective,
  recipe: StageRecipe,
  examples: readonly number[],
): Generator<MicroBatch> {
  const { trees } = objective;
  const step = sortByPrompt(trees, examples);
  const size = recipe.per_device_train_batch_size;
  for (let at = 0; at < step.length; at += size) {
    const indices = step.slice(at, at + size);
    const batch = packTrees(
      indices.map((index) => trees[index] as TokenTree),
      recipe.row_length,
    );
    yield { indices, batch, feeds: { ...batchFeeds(batch), ...objective.feeds(batch, indices, step) } };
  }
}

function firstCompletionTokens(trees: readonly TokenTree[], indices: readonly number[]): number {
  return indices.reduce((sum, index) => sum + (trees[index]?.completions[0]?.length ?? 0), 0);
}

/** Supervised fine-tuning: one completion an example. */
export function sftObjective(trees: readonly TokenTree[]): Objective {
  return {
    trees,
    loss: sftLoss,
    feeds: (batch, _, step) => sftFeeds(batch, firstCompletionTokens(trees, step)),
    tally: () => undefined,
  };
}

/**
 * Preference optimisation: each tree has two completions, chosen and rejected.
 *
 * @param references log-probabilities of both under the reference, by example; none where the loss is reference-free
 */
export function preferenceObjective(
  trees: readonly TokenTree[],
  references: ReadonlyMap<number, readonly number[]>,
  options: PreferenceOptions,
): Objective {
  const { lossType, beta } = options;
  const referencesOf = (indices: readonly number[]): number[] =>
    indices.flatMap((index) => references.get(index) ?? [0, 0]);
  return {
    trees,
    loss: preferenceLoss(options),
    feeds: (batch, indices, step) =>
      preferenceFeeds(batch, referencesOf(indices), options, step.length, firstCompletionTokens(trees, step)),
    tally: (batch, indices, outputs, tally) => {
      const logps = asCompared(batch, sequenceSums(batch, floats(outputs, 'logps')), lossType);
      const reference = asCompared(batch, referencesOf(indices), lossType);
      const addTo = (name: string, value: number): void => void (tally[name] = (tally[name] ?? 0) + value);
      indices.forEach((_, pair) => {
        const [chosen = NaN, rejected = NaN] = [logps[2 * pair], logps[2 * pair + 1]];
        const good = beta * (chosen - (reference[2 * pair] ?? NaN));
        const bad = beta * (rejected - (reference[2 * pair + 1] ?? NaN));
        addTo('rewards/chosen', good);
        addTo('rewards/rejected', bad);
        addTo('rewards/accuracies', good > bad ? 1 : 0);
        addTo('rewards/margins', good - bad);
        addTo('logps/chosen', chosen);
        addTo('logps/rejected', rejected);
      });
    },
  };
}

const TREES_AT_ONCE = 8;

/** Log-probabilities of every completion under a model with an adapter, each prompt computed once. */
export async function scoreTrees(
  base: FrozenBase,
  adapter: Adapter | undefined,
  trees: readonly TokenTree[],
  rowLength: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const longest = longestLength(trees, rowLength);
  const session = await createScorer(base, longest, adapter);
  const weights = adapter ? Object.fromEntries(loraTensors(adapter)) : {};
  const scores: number[][] = [];
  const order = sortByPrompt(
    trees,
    trees.map((_, index) => index),
  );
  for (let start = 0; start < order.length; start += TREES_AT_ONCE) {
    const indices = order.slice(start, start + TREES_AT_ONCE);
    const part = indices.map((index) => trees[index] as TokenTree);
    const batch = packTrees(part, rowLength);
    const outputs = await session.run({ ...batchFeeds(batch), ...weights });
    const sums = sequenceSums(batch, floats(outputs, 'logps'));
    for (const index of indices) scores[index] = sums.splice(0, trees[index]?.completions.length);
    onProgress(start + indices.length);
  }
  await session.release();
  return scores;
}
