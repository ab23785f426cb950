/** The operators that neural networks add to the plain ones: softmax, normalisation, attention, cross-entropy. */
import { emit, float, MICROSOFT } from './emit.js';
import type { Attributes, Dimension, Value } from './graph.js';
import {
  cast,
  divide,
  exp,
  gemm,
  log,
  maximum,
  multiply,
  reduceMax,
  reduceSum,
  sigmoid,
  subtract,
} from './operators.js';
import { after, gather, gatherElements, reshape } from './shape-operators.js';

const LAST_AXIS: Attributes = { axis: -1 };

function lastAxis(operator: string, x: Value): Value {
  return emit(operator, { graph: x.graph, inputs: [x], shape: x.shape, attributes: LAST_AXIS });
}

export const softmax = (x: Value): Value => lastAxis('Softmax', x);
export const logSoftmax = (x: Value): Value => lastAxis('LogSoftmax', x);

/** Rows of an embedding table of any float type, as floats. */
export function floatRows(table: Value, indices: Value): Value {
  return cast(gather(table, indices), 'float32');
}

/** gate · sigmoid(gate) · up: the gated activation of most feed-forward layers (SwiGLU, Shazeer 2020). */
export function swiglu(gate: Value, up: Value): Value {
  return gate.graph.composite(
    () => multiply(multiply(gate, sigmoid(gate)), up),
    (output) => ({ rule: 'SwiGLU', inputs: [gate, up], outputs: [output], attributes: {} }),
  );
}

/** gelu(gate) · up, by the approximation with tanh (GeGLU, Shazeer 2020; Hendrycks and Gimpel 2016). */
export function geglu(gate: Value, up: Value): Value {
  const { graph, shape } = gate;
  return graph.composite(
    () => multiply(emit('Gelu', { graph, inputs: [gate], shape, attributes: { approximate: 'tanh' } }), up),
    (output) => ({ rule: 'GeGLU', inputs: [gate, up], outputs: [output], attributes: {} }),
  );
}

/** x · mask · scale, for a mask [the shape of x] of bytes 0 and 1 and a scale [1]: dropout. */
export function masked(x: Value, mask: Value, scale: Value): Value {
  const { graph, shape } = x;
  return graph.composite(
    () => multiply(x, emit('DequantizeLinear', { graph, inputs: [mask, scale], shape })),
    (output) => ({ rule: 'Masked', inputs: [x, mask, scale], outputs: [output], attributes: {} }),
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
 * Rotary position embedding (Su et al. 2021) over the halves of each head, as Llama applies it.
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

/** A softmax over a vocabulary, in the form that takes the memory of the logits alone: exponentials / total. */
export interface VocabularySoftmax {
  /** log p(target), [n, 1] */
  readonly logProbability: Value;
  /** exp(logits − largest logit), [n, vocabulary]: written over the logits. */
  readonly exponentials: Value;
  /** Their sums, [n, 1]. */
  readonly total: Value;
}

/**
 * log p(target) under softmax(logits). The logarithm of a probability that underflows is still exact: it is
 * logit − largest logit − log(total).
 *
 * @param most the largest logit of each row: [n, 1]
 */
export function softmaxAt(logits: Value, targets: Value, most: Value): VocabularySoftmax {
  const column = reshape(targets, [logits.shape[0] as Dimension, 1]);
  const below = subtract(gatherElements(logits, column), most);
  const exponentials = exp(subtract(after(logits, below), most));
  const total = reduceSum(exponentials, [-1]);
  return { logProbability: subtract(below, log(total)), exponentials, total };
}

/**
 * The softmax of hidden · tableᵀ, and log p(target) under it, one number a row.
 * `hidden` is [n, d], `table` [vocabulary, d], `targets` int64 [n]. The gradient of log p(target) needs no one-hot matrix:
 * with weights w it is w ⊙ (table[target] − softmax · table).
 */
export function tokenSoftmax(hidden: Value, table: Value, targets: Value): VocabularySoftmax {
  return hidden.graph.composite(
    () => {
      const logits = gemm(hidden, table, { transB: true });
      return softmaxAt(logits, targets, reduceMax(logits, [-1]));
    },
    ({ logProbability, exponentials, total }) => ({
      rule: 'TokenLogProbabilities',
      inputs: [hidden, table, targets],
      outputs: [logProbability, exponentials, total],
      attributes: {},
    }),
  );
}

/** The smallest number of full precision: what underflowed below it has no part in an entropy. */
const SMALLEST = 1.17549435e-38;

/** −Σ p log p of each row, in nats: [n, 1]. With e = exp(x − m) and their sum t it is log t − Σ e·(x − m) / t. No gradient. */
export function entropy({ exponentials, total }: VocabularySoftmax): Value {
  const { graph } = exponentials;
  return graph.composite(() => {
    const logarithms = log(maximum(exponentials, graph.scalar(SMALLEST)));
    const sum = reduceSum(multiply(exponentials, logarithms), [-1]);
    return subtract(log(total), divide(sum, total));
  });
}
