/**
 * A network as the graph that Optimum exports and transformers.js runs: `input_ids`, `attention_mask`, `position_ids` and
 * `past_key_values.N.key|value` in, `logits` and `present.N.key|value` out.
 */
import { maskOfGroups, UNSEEN } from '../model/attention.js';
import { decoder, type NetworkOptions } from '../model/network.js';
import { emit } from '../tensor/emit.js';
import type { Graph, Value } from '../tensor/graph.js';
import { cast, concat, reshape, reshapeTo, shapeOf, slice } from '../tensor/operators.js';

export function buildTextGenerationGraph(options: NetworkOptions): void {
  const { graph, config } = options;
  const { headDim, numAttentionHeads, numKeyValueHeads, vocabSize } = config;
  const ids = graph.input('input_ids', 'int64', ['rows', 'length']);
  const attentionMask = graph.input('attention_mask', 'int64', ['rows', 'total']);
  const positions = graph.input('position_ids', 'int64', ['rows', 'length']);
  const mask = maskOfGroups(causalMask(graph, ids, attentionMask), numAttentionHeads / numKeyValueHeads);
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
    remember: (layer, { key, value }) => [
      { key: grown(layer, 'key', key), value: grown(layer, 'value', value) },
    ],
  });
  const logits = options.weights.logits(hidden);
  const shape = concat([shapeOf(ids), graph.integers([vocabSize])], 0, 3);
  graph.output('logits', reshapeTo(logits, shape, ['rows', 'length', vocabSize]));
}

/** [rows, 1, length, total]: 0 where a new token sees another, a large negative number where not. */
function causalMask(graph: Graph, ids: Value, attentionMask: Value): Value {
  const scalar = (x: Value): Value => emit('Squeeze', { graph, inputs: [x], shape: [], type: 'int64' });
  const total = scalar(slice(shapeOf(attentionMask), 0, 1, 2));
  const length = scalar(slice(shapeOf(ids), 0, 1, 2));
  const [zero, one] = [0, 1].map((number) =>
    graph.constant('integer', 'int64', [], BigInt64Array.of(BigInt(number))),
  ) as [Value, Value];
  const range = (from: Value, size: string): Value =>
    emit('Range', { graph, inputs: [from, total, one], shape: [size], type: 'int64' });
  const before = emit('Sub', { graph, inputs: [total, length], shape: [], type: 'int64' });
  const unsqueeze = (x: Value, axes: readonly number[], shape: readonly (string | number)[]): Value =>
    emit('Unsqueeze', { graph, inputs: [x, graph.integers(axes)], shape, type: x.type });
  const causal = emit('LessOrEqual', {
    graph,
    inputs: [
      unsqueeze(range(zero, 'total'), [0], [1, 'total']),
      unsqueeze(range(before, 'length'), [1], ['length', 1]),
    ],
    shape: ['length', 'total'],
    type: 'bool',
  });
  const present = unsqueeze(cast(attentionMask, 'bool'), [1, 2], ['rows', 1, 1, 'total']);
  const seen = emit('And', {
    graph,
    inputs: [present, causal],
    shape: ['rows', 1, 'length', 'total'],
    type: 'bool',
  });
  return emit('Where', {
    graph,
    inputs: [seen, graph.scalar(0), graph.scalar(UNSEEN)],
    shape: ['rows', 1, 'length', 'total'],
  });
}
