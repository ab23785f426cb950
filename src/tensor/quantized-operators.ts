/**
 * What a network does with frozen matrices in few bits: in 8 bits for training, where both directions have their own copy of a matrix, scaled
 * along the axis that the product keeps (the way back is in quantized-gradients.ts), and in blocks for decoding.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Value } from './graph.js';
import { softmaxAt } from './neural-operators.js';
import { cast, gather, multiply, sigmoid, slice, split, topK } from './operators.js';
import { product, quantizeRows, unscaledProduct, type QuantizedMatrix } from './quantized-products.js';

/** A frozen weight W [out, in] for both directions: `forward` is Wᵀ [in, out], `backward` W [out, in]. */
export interface QuantizedWeight {
  readonly forward: QuantizedMatrix;
  readonly backward: QuantizedMatrix;
}

/** x · matrix, with x quantised a row at a time. */
export function quantizedProduct(x: Value, matrix: QuantizedMatrix): Value {
  return x.graph.composite(() => product(quantizeRows(x), matrix));
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
