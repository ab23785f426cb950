/**
 * What a network does with frozen matrices in few bits: in 8 bits, forward and back, for training (both directions have their own copy of a
 * matrix, scaled along the axis that the product keeps), and in blocks for decoding.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Value } from './graph.js';
import { siluWithSlope, softmaxAt } from './neural-operators.js';
import {
  add,
  after,
  cast,
  gather,
  gatherElements,
  matmul,
  multiply,
  reshape,
  sigmoid,
  slice,
  split,
  subtract,
  topK,
} from './operators.js';
import {
  product,
  quantizePositive,
  quantizeRows,
  quantizeStack,
  unscaledProduct,
  type QuantizedMatrix,
} from './quantized-products.js';

/** A frozen weight W [out, in] for both directions: `forward` is Wᵀ [in, out], `backward` W [out, in]. */
export interface QuantizedWeight {
  readonly forward: QuantizedMatrix;
  readonly backward: QuantizedMatrix;
}

/** x · matrix, with x quantised a row at a time. */
export function quantizedProduct(x: Value, matrix: QuantizedMatrix): Value {
  return x.graph.composite(() => product(quantizeRows(x), matrix));
}

/** The same for an x whose columns are in several parts. */
export function quantizedStackProduct(
  [first, ...others]: readonly [Value, ...Value[]],
  matrix: QuantizedMatrix,
): Value {
  return first.graph.composite(() =>
    product(quantizeStack([{ values: first }, ...others.map((values) => ({ values }))]), matrix),
  );
}

/** y = x · Wᵀ for a frozen W, cut into parts of these sizes; differentiable by x. */
export function quantizedLinear(
  x: Value,
  { forward, backward }: QuantizedWeight,
  sizes: readonly number[],
): Value[] {
  return x.graph.composite(
    () => split(product(quantizeRows(x), forward), 1, sizes),
    (outputs) => ({
      rule: 'QuantizedLinear',
      inputs: [x, backward.values, backward.scales],
      outputs,
      attributes: {},
    }),
  );
}

/** The weights of a gated feed-forward layer; `gateUp` is gate and up on top of each other. */
export interface QuantizedFeedForward {
  readonly gateUp: QuantizedWeight;
  readonly down: QuantizedWeight;
}

/**
 * down(silu(gate(x)) · up(x)), [n, d], for frozen matrices; differentiable by x. A row's scale is a factor of what comes after it, up to
 * the next rounding of the row, which takes it in: so it is not multiplied into what `up` gives, nor into what comes back through `down`.
 */
export function quantizedFeedForward(x: Value, { gateUp, down }: QuantizedFeedForward): Value {
  const width = Number(down.forward.values.shape[0]);
  return x.graph.composite(
    () => {
      const rows = quantizeRows(x);
      const [unscaled, up] = split(unscaledProduct(rows, gateUp.forward), 1, [width, width]) as [
        Value,
        Value,
      ];
      const gate = multiply(unscaled, rows.scales);
      const hidden = quantizeRows(multiply(multiply(gate, sigmoid(gate)), up));
      const output = multiply(unscaledProduct(hidden, down.forward), multiply(hidden.scales, rows.scales));
      return { output, gate, up, factors: rows.scales };
    },
    ({ output, gate, up, factors }) => ({
      rule: 'QuantizedFeedForward',
      inputs: [x, gateUp.backward.values, gateUp.backward.scales, down.backward.values, down.backward.scales],
      outputs: [output, gate, up, factors],
      attributes: {},
    }),
  ).output;
}

/** What {@link quantizedFeedForward} keeps: gate(x), up(x) without its rows' factors, and those [n, 1]. */
export interface FeedForwardActivations {
  readonly gate: Value;
  readonly up: Value;
  readonly factors: Value;
}

/**
 * The gradient of {@link quantizedFeedForward} by its input. silu(gate) is computed anew, so that it need not be kept.
 *
 * @param gateUp of the weights' backward matrices
 */
export function feedForwardGradient(
  dy: Value,
  { gate, up, factors }: FeedForwardActivations,
  gateUp: QuantizedMatrix,
  down: QuantizedMatrix,
): Value {
  return dy.graph.composite(() => {
    const rows = quantizeRows(dy);
    const dHidden = unscaledProduct(rows, down);
    const { silu, slope } = siluWithSlope(after(gate, rows.scales));
    const dUp = { values: multiply(dHidden, silu), factors: rows.scales };
    const dGate = {
      values: multiply(multiply(dHidden, up), slope),
      factors: multiply(rows.scales, factors),
    };
    return product(quantizeStack([dGate, dUp]), gateUp);
  });
}

/** So many of a softmax's largest probabilities are taken as floats. */
const LARGEST = 16;

/**
 * log p(target) under softmax(hidden · Eᵀ), [n, 1], as {@link tokenLogProbabilities} gives it, for a frozen quantised table E.
 *
 * @param table E itself [vocabulary, d], of any float type, of which single rows are read
 */
export function quantizedTokenLogProbabilities(
  hidden: Value,
  { forward, backward }: QuantizedWeight,
  table: Value,
  targets: Value,
): Value {
  const count = Math.min(LARGEST, Number(table.shape[0]));
  return hidden.graph.composite(
    () => {
      const logits = product(quantizeRows(hidden), forward);
      const [largestLogits, largest] = topK(logits, count);
      return { ...softmaxAt(logits, targets, slice(largestLogits, 1, 0, 1)), largest };
    },
    ({ logProbability, exponentials, total, largest }) => ({
      rule: 'QuantizedTokenLogProbabilities',
      inputs: [hidden, table, targets, backward.values, backward.scales],
      outputs: [logProbability, exponentials, total, largest],
      attributes: {},
    }),
  ).logProbability;
}

/**
 * weights · E, for the gradient of {@link quantizedTokenLogProbabilities}; the weights are not below 0. The few large ones are far above the
 * many small ones, which matter as much: what they have above the last of them meets their rows of the table as floats, and what is
 * left of all is fine enough in 8 bits.
 *
 * @param largest where the largest weights are: int64 [n, count]
 */
export function weightedRows(weights: Value, largest: Value, table: Value, backward: QuantizedMatrix): Value {
  const { graph } = weights;
  const [rows, count] = largest.shape as [Dimension, number];
  return graph.composite(() => {
    const large = gatherElements(weights, largest);
    const least = slice(large, 1, count - 1, count);
    const rest = product(quantizePositive(weights, least), backward);
    const above = reshape(subtract(large, least), [rows, 1, count]);
    // Once the weights are no longer needed, so that they and the rows are not there together.
    const places = after(largest, slice(rest, 1, 0, 1));
    return add(reshape(matmul(above, floatRows(table, places)), rest.shape), rest);
  });
}

/** Rows of a table of any float type, as floats. */
export function floatRows(table: Value, indices: Value): Value {
  return cast(gather(table, indices), 'float32');
}

/** Weights W [out, in] in blocks of 4 or 8 bits along `in`: uint8 [out, blocks, bytes], float [out, blocks]. */
export interface BlockWeight {
  readonly codes: Value;
  readonly scales: Value;
  readonly bits: 4 | 8;
  readonly blockSize: number;
}

/** x · Wᵀ for a weight in blocks; for decoding only, no gradient. Activations are rounded to 8 bits by the kernel. */
export function blockLinear(x: Value, { codes, scales, bits, blockSize }: BlockWeight): Value {
  const [out, inner] = [codes.shape[0] as number, x.shape[1] as number];
  return emit('MatMulNBits', {
    graph: x.graph,
    domain: MICROSOFT,
    inputs: [x, codes, scales],
    shape: [x.shape[0] as Dimension, out],
    attributes: { K: inner, N: out, bits, block_size: blockSize, accuracy_level: 4 },
  });
}
