/** What a trainer learns: examples as token trees, with the feeds and the figures of their loss. */
import type { Arrays } from '../tensor/arrays.js';
import { batchFeeds, type LossBuilder } from './graph.js';
import { lossTokens, packTrees, sortByPrompt, type PackedBatch, type TokenTree } from './packing.js';
import { evenShares } from './shares.js';
import type { Outputs } from './stepper.js';
import type { Tally } from './tally.js';

/** What a loss is taken on; an objective adds numbers of its own. */
export interface Example {
  readonly tree: TokenTree;
}

/** A loss, what it is fed, and what is told of it. */
export interface Objective<E extends Example> {
  readonly loss: LossBuilder;
  /** Whether the graph gives the entropy of each prediction too, as output `entropy`. */
  readonly entropy?: boolean;
  /** The feeds of the loss for the examples packed in `batch`; `step` are those of the whole optimiser step. */
  feeds(batch: PackedBatch, part: readonly E[], step: readonly E[]): Arrays;
  /** Adds a micro-batch's figures to the step's. */
  tally(batch: PackedBatch, part: readonly E[], outputs: Outputs, tally: Tally): void;
  /** Figures of a step that come from its others. */
  figures?(figures: Readonly<Record<string, number>>): Record<string, number>;
}

/** The examples of an optimiser step. */
export interface StepExamples<E extends Example> {
  readonly examples: readonly E[];
  /** What they are called where they are named in a message: places in the data set. */
  readonly places: readonly number[];
  /** Figures that are known before the step, as those of rewards. */
  readonly figures?: Readonly<Record<string, number>>;
  /** What making the examples took: sampling, judging. */
  readonly seconds?: Readonly<Record<string, number>>;
}

/** Where a trainer's examples come from: a function of the step (numbered from 0), so that a run can be taken up anywhere. */
export interface ExampleSource<E extends Example> {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** @throws what the signal was aborted with, where making examples takes long */
  ofStep(step: number, signal?: AbortSignal): Promise<StepExamples<E>> | StepExamples<E>;
  /** Called when so many steps are done. */
  after?(steps: number): Promise<void>;
  /** Frees what making examples needs. */
  release?(): Promise<void>;
}

/** All that a stage learns from. */
export interface Learning<E extends Example = Example> {
  readonly objective: Objective<E>;
  readonly source: ExampleSource<E>;
  /** What is watched and not trained on. */
  readonly validation: readonly E[];
}

/** A micro-batch of a step, packed, with everything that the graph is fed but the weights. */
export interface MicroBatch<E extends Example> {
  readonly part: readonly E[];
  /** The place of its first example among the step's. */
  readonly first: number;
  readonly batch: PackedBatch;
  readonly feeds: Arrays;
}

/** How examples are cut into micro-batches and rows. */
export interface PackingSettings {
  /** Micro-batches of a step, of about as many tokens each; where given, it takes the place of the batch size. */
  readonly shares?: number;
  readonly per_device_train_batch_size: number;
  readonly row_length: number;
}

/** The micro-batches of a step. Examples that begin alike stand together, so that they share what they can. */
export function* microBatches<E extends Example>(
  objective: Objective<E>,
  settings: PackingSettings,
  step: readonly E[],
): Generator<MicroBatch<E>> {
  const trees = step.map(({ tree }) => tree);
  for (const { places, batch } of packedBatches(trees, settings)) {
    const part = places.map((place) => step[place] as E);
    const feeds = { ...batchFeeds(batch), ...objective.feeds(batch, part, step) };
    yield { part, first: places[0] ?? 0, batch, feeds };
  }
}

/** The micro-batches of a step as rows of tokens, with the places of their examples. */
export function* packedBatches(
  trees: readonly TokenTree[],
  settings: PackingSettings,
): Generator<{ places: readonly number[]; batch: PackedBatch }> {
  for (const places of cut(trees, settings)) {
    const part = places.map((place) => trees[place] as TokenTree);
    yield { places, batch: packTrees(part, settings.row_length) };
  }
}

/** Places of examples by micro-batch. */
function cut(trees: readonly TokenTree[], settings: PackingSettings): number[][] {
  if (settings.shares !== undefined) return evenShares(trees, settings.shares);
  const order = sortByPrompt(trees, [...trees.keys()]);
  const size = settings.per_device_train_batch_size;
  return Array.from({ length: Math.ceil(order.length / size) }, (_, part) =>
    order.slice(part * size, (part + 1) * size),
  );
}

/** Tokens with loss of the first completions of some examples. */
export function firstCompletionTokens(examples: readonly Example[]): number {
  return examples.reduce((sum, { tree }) => sum + lossTokens(tree, 0), 0);
}
