/** Training graphs: a network, a loss on top, and the gradients of what is trained, all in one session. */
import type { ModelConfig } from '../model/config.js';
import { packedHiddenStates, packedInputs, type NetworkOptions } from '../model/network.js';
import { differentiate } from '../tensor/differentiate.js';
import type { Graph } from '../tensor/graph.js';
import { type Value } from '../tensor/graph.js';
import { entropy } from '../tensor/neural-operators.js';
import { gather } from '../tensor/shape-operators.js';
import type { ArrayWithShape } from '../tensor/arrays.js';
import type { PackedBatch } from './packing.js';

/** A loss over the log-probabilities [loss rows, 1] of the tokens that carry loss. It may declare further inputs. */
export type LossBuilder = (logProbabilities: Value) => Value;

export interface TrainingGraph {
  readonly graph: Graph;
  /** Names of the trained parameters; the gradient of `name` is the output `gradient.name`. */
  readonly trained: readonly string[];
}

export const gradientName = (name: string): string => `gradient.${name}`;

/**
 * Builds a graph with the outputs `logps` (one a loss row), `loss` (if a loss is given) and a gradient for each trained value.
 *
 * @param trained the values to differentiate by, by name; none for a graph that only scores
 * @param withEntropy whether `entropy` is an output too: that of the prediction at each loss row, in nats
 */
export function buildTrainingGraph(
  options: NetworkOptions,
  trained: () => ReadonlyMap<string, Value>,
  buildLoss?: LossBuilder,
  withEntropy = false,
): TrainingGraph {
  const { graph } = options;
  const inputs = packedInputs(graph);
  const lossRows = graph.input('loss_rows', 'int64', ['losses']);
  const targets = graph.input('targets', 'int64', ['losses']);
  const hidden = gather(packedHiddenStates(options, inputs), lossRows);
  const softmax = options.weights.tokenSoftmax(hidden, targets);
  const { logProbability: logProbabilities } = softmax;
  graph.output('logps', logProbabilities);
  if (withEntropy) graph.output('entropy', entropy(softmax));
  if (!buildLoss) return { graph, trained: [] };
  const loss = buildLoss(logProbabilities);
  graph.output('loss', loss);
  const values = [...trained()];
  const gradients = differentiate(
    loss,
    values.map(([, value]) => value),
  );
  values.forEach(([name], index) => graph.output(gradientName(name), gradients[index] as Value));
  return { graph, trained: values.map(([name]) => name) };
}

/** The feeds of {@link buildTrainingGraph}'s own inputs. */
export function batchFeeds(batch: PackedBatch): Record<string, ArrayWithShape> {
  const { rows, length, lossRows } = batch;
  return {
    token_ids: { data: batch.tokenIds, shape: [rows * length] },
    positions: { data: batch.positions, shape: [rows, length] },
    mask: { data: batch.mask, shape: [rows, 1, length, length] },
    loss_rows: { data: BigInt64Array.from(lossRows, ({ row }) => BigInt(row)), shape: [lossRows.length] },
    targets: { data: BigInt64Array.from(lossRows, ({ target }) => BigInt(target)), shape: [lossRows.length] },
  };
}

/** Rows of the rotary tables that training needs: a power of two, at most what the model was made for. */
export function trainingPositions(config: ModelConfig, longest: number): number {
  return Math.min(config.maxPositionEmbeddings, 2 ** Math.ceil(Math.log2(Math.max(longest, 256))));
}
