/** The operators that neural networks add to the plain ones: softmax, normalisation, attention, cross-entropy. */
import { emit, float, MICROSOFT } from './emit.js';
import type { Attributes, Dimension, Value } from './graph.js';
import { add, gemm, log, multiply, reduceMax, reshape, sigmoid, subtract } from './operators.js';

const LAST_AXIS: Attributes = { axis: -1 };

function lastAxis(operator: string, x: Value): Value {
  return emit(operator, { graph: x.graph, inputs: [x], shape: x.shape, attributes: LAST_AXIS });
}

export const softmax = (x: Value): Value => lastAxis('Softmax', x);
export const logSoftmax = (x: Value): Value => lastAxis('LogSoftmax', x);

/** gate · sigmoid(gate) · up: the gated activation of Qwen's feed-forward layers (SwiGLU, Shazeer 2020). */
export function swiglu(gate: Value, up: Value): Value {
  return gate.graph.composite(
    () => multiply(multiply(gate, sigmoid(gate)), up),
    (output) => ({ rule: 'SwiGLU', inputs: [gate, up], outputs: [output], attributes: {} }),
  );
}

/** Root-mean-square normalisation over the last dimension, with a gain. (Zhang and Sennrich 2019) */
export function rmsNorm(x: Value, gain: Value, epsilon: number): Value {
  const { graph } = x;
  const output = graph.value('RMSNorm', 'float32', x.shape);
  const inverse = graph.value('inverse', 'float32', [...x.shape.slice(0, -1), 1]);
  graph.node({
    operator: 'SimplifiedLayerNormalization',
    domain: '',
    inputs: [x, gain],
    outputs: [output, inverse],
    attributes: { axis: -1, epsilon: float(epsilon), stash_type: 1 },
  });
  return output;
}

/**
 * Rotary position embedding (Su et al. 2021) over the halves of each head, as Llama and Qwen apply it.
 * `x` is [rows, heads, length, size], `positions` int64 [rows, length], the tables [positions, size / 2].
 */
export function rotaryEmbedding(x: Value, positions: Value, cosines: Value, sines: Value): Value {
  return emit('RotaryEmbedding', {
    graph: x.graph,
    inputs: [x, positions, cosines, sines],
    shape: x.shape,
    domain: MICROSOFT,
    attributes: { interleaved: 0 },
  });
}

/**
 * log p(target) under softmax(logits), [n, 1], and the probabilities [n, vocabulary]. The logarithm of a probability that underflows is
 * still exact: it is logit − largest logit + log(largest probability).
 */
export function softmaxAt(logits: Value, targets: Value): { logProbability: Value; probabilities: Value } {
  const { graph } = logits;
  const rows = logits.shape[0] as Dimension;
  const probabilities = softmax(logits);
  const chosen = emit('GatherElements', {
    graph,
    inputs: [logits, reshape(targets, [rows, 1])],
    shape: [rows, 1],
    attributes: { axis: 1 },
  });
  const below = subtract(chosen, reduceMax(logits, [-1]));
  return { logProbability: add(below, log(reduceMax(probabilities, [-1]))), probabilities };
}

/**
 * log p(target) under softmax(hidden · tableᵀ), one number a row: [n, 1].
 * `hidden` is [n, d], `table` [vocabulary, d], `targets` int64 [n]. Its gradient needs no one-hot matrix:
 * with weights w it is w ⊙ (table[target] − softmax · table).
 */
export function tokenLogProbabilities(hidden: Value, table: Value, targets: Value): Value {
  return hidden.graph.composite(
    () => softmaxAt(gemm(hidden, table, { transB: true }), targets),
    ({ logProbability, probabilities }) => ({
      rule: 'TokenLogProbabilities',
      inputs: [hidden, table, targets],
      outputs: [logProbability, probabilities],
      attributes: {},
    }),
  ).logProbability;
}

export interface GroupQueryAttention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** int32 [batch]: tokens of each sequence after this run, less one. */
  readonly lastPositions: Value;
  /** int32 scalar [1]: the longest sequence after this run. */
  readonly totalLength: Value;
  readonly cosines: Value;
  readonly sines: Value;
  readonly heads: number;
  readonly keyValueHeads: number;
}

/**
 * Causal attention with a key-value cache, rotary embedding included; for decoding only, no gradient.
 * Query, key, value are [batch, length, heads · size]; the cache is [batch, heads, capacity, size] and is added to in place where
 * past and present are one array.
 */
export function groupQueryAttention(options: GroupQueryAttention): {
  output: Value;
  key: Value;
  value: Value;
} {
  const { query, pastKey, pastValue, heads, keyValueHeads } = options;
  const { graph } = query;
  const output = graph.value('attention', 'float32', query.shape);
  const key = graph.value('present_key', 'float32', pastKey.shape);
  const value = graph.value('present_value', 'float32', pastKey.shape);
  graph.node({
    operator: 'GroupQueryAttention',
    domain: MICROSOFT,
    inputs: [
      query,
      options.key,
      options.value,
      pastKey,
      pastValue,
      options.lastPositions,
      options.totalLength,
      options.cosines,
      options.sines,
    ],
    outputs: [output, key, value],
    attributes: { num_heads: heads, kv_num_heads: keyValueHeads, do_rotary: 1, rotary_interleaved: 0 },
  });
  return { output, key, value };
}
