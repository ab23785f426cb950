/**
 * The loss of supervised fine-tuning, and what losses share. A loss is a function from the log-probabilities of the loss rows to one
 * number, with the further inputs it declares; what feeds them stands beside it.
 */
import type { Value } from '../tensor/graph.js';
import { multiply, negate, reduceSum } from '../tensor/operators.js';
import type { ArrayWithShape } from '../tensor/arrays.js';
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
