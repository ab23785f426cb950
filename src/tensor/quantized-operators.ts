/**
 * What a network does with frozen matrices in few bits: in 8 bits for training, where both directions have their own copy of a matrix, scaled
 * along the axis that the product keeps (the way back is in quantized-gradients.ts), and in blocks for decoding.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Value } from './graph.js';
import { softmaxAt, type VocabularySoftmax } from './neural-operators.js';
import { gemm } from './operators.js';
import { reshape, reshapeLike, slice, split, topK } from './shape-operators.js';
import { product, quantizeRows, type QuantizedMatrix } from './quantized-products.js';

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

/** Each block of a row of `x` [rows, width] times an orthogonal matrix [block, block], block by block. */
export function rotateBlocks(x: Value, rotation: Value): Value {
  const [block] = rotation.shape as [number];
  const blocks = reshape(x, [`blocks of ${block} in ${x.shape[1]}`, block]);
  return reshapeLike(gemm(blocks, rotation), x);
}

/** So many of a softmax's largest probabilities are taken as floats. */
const LARGEST = 16;

/**
 * The softmax of hidden · Eᵀ and log p(target) under it, as {@link tokenSoftmax} gives them, for a frozen quantised table E.
 *
 * @param table E itself [vocabulary, d], of any float type, of which single rows are read
 */
export function quantizedTokenSoftmax(
  hidden: Value,
  { forward, backward }: QuantizedWeight,
  table: Value,
  targets: Value,
): VocabularySoftmax {
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
  );
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
