/**
 * A network as the graph that Optimum exports and transformers.js runs: `input_ids`, `attention_mask`, `position_ids` and
 * `past_key_values.N.key|value` in, `logits` and `present.N.key|value` out.
 */
import { maskOfGroups, UNSEEN, type TokenOrder } from '../model/attention.js';
import { decoder, type NetworkOptions } from '../model/network.js';
import { emit } from '../tensor/emit.js';
import type { Graph, Value } from '../tensor/graph.js';
import { cast, subtract, where } from '../tensor/operators.js';
import { concat, range, reshape, reshapeTo, shapeOf, slice, unsqueeze } from '../tensor/shape-operators.js';

/** Builds a network with the inputs and outputs that Optimum's text-generation export has: ids, mask and positions in, logits and the grown cache out. */
export function buildTextGenerationGraph(options: NetworkOptions): void {
  const { graph, config } = options;
  const { headDim, numAttentionHeads, numKeyValueHeads, vocabSize } = config;
  const ids = graph.input('input_ids', 'int64', ['rows', 'length']);
  const attentionMask = graph.input('attention_mask', 'int64', ['rows', 'total']);
  const positions = graph.input('position_ids', 'int64', ['rows', 'length']);
  const order = tokenOrder(graph, ids, attentionMask);
  const mask = maskOfGroups(causalMask(order, attentionMask), numAttentionHeads / numKeyValueHeads);
  /** What there was, then what is new: also an output. */
  const grown = (layer: number, part: 'key' | 'value', fresh: Value): Value => {
    const shape = ['rows', numKeyValueHeads, 'past', headDim] as const;
    const past = graph.input(`past_key_values.${layer}.${part}`, 'float32', shape);
    const present = concat([past, fresh], 2, 'total');
    graph.output(`present.${layer}.${part}`, present);
    return present;
  };
  const hidden = decoder(options, reshape(ids, ['tokens']), {
    positions,
    mask,
    order: () => order,
    remember: (layer, { key, value }) => [
      { key: grown(layer, 'key', key), value: grown(layer, 'value', value) },
    ],
  });
  const logits = options.weights.logits(hidden);
  const shape = concat([shapeOf(ids), graph.integers([vocabSize])], 0, 3);
  graph.output('logits', reshapeTo(logits, shape, ['rows', 'length', vocabSize]));
}

/** Where new tokens and those that they may see stand among all: [1, length] and [1, total]. */
function tokenOrder(graph: Graph, ids: Value, attentionMask: Value): TokenOrder {
  const [total, length] = [attentionMask, ids].map((x) => slice(shapeOf(x), 0, 1, 2)) as [Value, Value];
  return {
    queries: unsqueeze(range(subtract(total, length), total, 'length'), [0]),
    keys: unsqueeze(range(graph.integers([0]), total, 'total'), [0]),
  };
}

/** [rows, 1, length, total]: 0 where a new token sees another, a large negative number where not. */
function causalMask({ queries, keys }: TokenOrder, attentionMask: Value): Value {
  const { graph } = attentionMask;
  const causal = emit('LessOrEqual', {
    graph,
    inputs: [unsqueeze(keys, [1, 2]), unsqueeze(queries, [1, 3])],
    shape: [1, 1, 'length', 'total'],
    type: 'bool',
  });
  const present = unsqueeze(cast(attentionMask, 'bool'), [1, 2]);
  const shape = ['rows', 1, 'length', 'total'];
  const seen = emit('And', { graph, inputs: [present, causal], shape, type: 'bool' });
  return where(seen, graph.scalar(0), graph.scalar(UNSEEN));
}
