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
  /** What W's rows were rotated by before they were rounded; what is multiplied with W is, too. Orthogonal and symmetric [block, block]. */
  readonly rotation?: Value;
}

const asRead = (x: Value, { rotation }: Pick<QuantizedWeight, 'rotation'>): Value =>
  rotation ? rotateBlocks(x, rotation) : x;

/** x · Wᵀ, with x quantised a row at a time; not differentiable. */
export function quantizedProduct(x: Value, weight: Omit<QuantizedWeight, 'backward'>): Value {
  return x.graph.composite(() => product(quantizeRows(asRead(x, weight)), weight.forward));
}

/** y = x · Wᵀ for a frozen W, cut into parts of these sizes; differentiable by x. */
export function quantizedLinear(x: Value, weight: QuantizedWeight, sizes: readonly number[]): Value[] {
  const { forward, backward } = weight;
  const read = asRead(x, weight);
  return x.graph.composite(
    () => split(product(quantizeRows(read), forward), 1, sizes),
    (outputs) => ({
      rule: 'QuantizedLinear',
      inputs: [read, backward.values, backward.scales],
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

/**
 * How many of a softmax's largest probabilities are taken as floats: the last of them is the scale of all others, which a large vocabulary has many of
 * and small ones.
 */
const largestOf = (vocabulary: number): number =>
  Math.min(vocabulary, Math.max(16, Math.round(vocabulary / 1024)));

/**
 * The softmax of hidden · Eᵀ and log p(target) under it, as {@link tokenSoftmax} gives them, for a frozen quantised table E.
 *
 * @param table E itself [vocabulary, d], of any float type, of which single rows are read
 */
export function quantizedTokenSoftmax(
  hidden: Value,
  weight: QuantizedWeight,
  table: Value,
  targets: Value,
): VocabularySoftmax {
  const { backward, rotation } = weight;
  const count = largestOf(Number(table.shape[0]));
  return hidden.graph.composite(
    () => {
      const logits = quantizedProduct(hidden, weight);
      const [largestLogits, largest] = topK(logits, count);
      return { ...softmaxAt(logits, targets, slice(largestLogits, 1, 0, 1)), largest };
    },
    ({ logProbability, exponentials, total, largest }) => ({
      rule: 'QuantizedTokenLogProbabilities',
      inputs: [hidden, table, targets, backward.values, backward.scales, ...(rotation ? [rotation] : [])],
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
