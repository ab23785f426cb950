/**
 * Products with frozen matrices in 8 bits: activations are quantised a row at a time while the graph runs, weights a column at a
 * time before. Both directions have their own copy of the weights, scaled along the axis that the product keeps.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Graph, Value } from './graph.js';
import { softmaxAt } from './neural-operators.js';
import {
  add,
  after,
  cast,
  concat,
  gather,
  gatherElements,
  maximum,
  matmul,
  multiply,
  negate,
  reduceMax,
  reduceMin,
  reshape,
  scale,
  shapeOf,
  slice,
  split,
  subtract,
  topK,
} from './operators.js';

/** A matrix [inner, columns] as int8, and what each column's integers are multiplied with: float [columns]. */
export interface QuantizedMatrix {
  readonly values: Value;
  readonly scales: Value;
}

/** A frozen weight W [out, in] for both directions: `forward` is Wᵀ [in, out], `backward` W [out, in]. */
export interface QuantizedWeight {
  readonly forward: QuantizedMatrix;
  readonly backward: QuantizedMatrix;
}

/** x ≈ (values − zeroPoint) · scales: uint8 [rows, inner], float [rows, 1]. */
interface QuantizedRows {
  readonly values: Value;
  readonly scales: Value;
  readonly zeroPoint: Value;
}

/** A row's largest magnitude is at least this, so that a row of zeros divides by something. */
const SMALLEST = 1e-30;

/** Graphs whose activations keep to 7 bits: see integer-products.ts. */
const narrow = new WeakSet<Graph>();

/** Rounds the activations of a graph to 7 bits, for processors that add products of 8 bits inexactly. */
export function narrowActivations(graph: Graph): void {
  narrow.add(graph);
}

/** Values quantised once for all the products that read them. */
const known = new WeakMap<Value, QuantizedRows>();

/** Rounds each row of `x` [rows, inner] to 255 steps (127 where narrow) between its largest magnitude and that below zero. */
function quantizeRows(x: Value): QuantizedRows {
  const before = known.get(x);
  if (before) return before;
  const quantized = quantizeStack([x]);
  known.set(x, quantized);
  return quantized;
}

/** The same for values that stand beside each other: joined as bytes, a quarter of what joining the floats would move. */
function quantizeStack(parts: readonly [Value, ...Value[]]): QuantizedRows {
  const [first] = parts;
  const [levels, zero] = narrow.has(first.graph) ? [63, 64] : [127, 128];
  const extremes = parts.flatMap((part) => [reduceMax(part, [1]), negate(reduceMin(part, [1]))]);
  return quantizeBy(parts, extremes, levels, zero);
}

/** One zero point a row, by graph and number of rows: shared by all that is quantised. */
const knownZeroPoints = new WeakMap<Graph, Map<string, { scalar: Value; vector: Value }>>();

function zeroPointsOf(x: Value, zero: number): { scalar: Value; vector: Value } {
  const { graph } = x;
  const [rows] = x.shape as [Dimension, Dimension];
  const ofGraph = knownZeroPoints.get(graph) ?? new Map<string, { scalar: Value; vector: Value }>();
  knownZeroPoints.set(graph, ofGraph);
  const before = ofGraph.get(`${rows}/${zero}`);
  if (before) return before;
  const scalar = graph.constant('zero_point', 'uint8', [], Uint8Array.of(zero));
  const size = slice(shapeOf(x), 0, 0, 1);
  const vector = emit('Expand', { graph, inputs: [scalar, size], shape: [rows], type: 'uint8' });
  const made = { scalar, vector };
  ofGraph.set(`${rows}/${zero}`, made);
  return made;
}

/**
 * Rounds each row to whole steps above `zero`; what lies beyond the ends becomes the end.
 *
 * @param parts float [rows, …], beside each other
 * @param extremes float [rows, 1] each; the largest of them becomes the highest of `levels`
 */
function quantizeBy(
  parts: readonly [Value, ...Value[]],
  extremes: readonly Value[],
  levels: number,
  zero: number,
): QuantizedRows {
  const [first] = parts;
  const { graph } = first;
  const [rows] = first.shape as [Dimension, Dimension];
  const largest = extremes.reduce(maximum);
  const scales = emit('Clip', {
    graph,
    inputs: [scale(largest, 1 / levels), graph.scalar(SMALLEST)],
    shape: [rows, 1],
  });
  const vector = reshape(scales, [rows]);
  const zeros = zeroPointsOf(first, zero);
  const quantized = parts.map((part) =>
    emit('QuantizeLinear', {
      graph,
      inputs: [part, vector, zeros.vector],
      shape: part.shape,
      type: 'uint8',
      attributes: { axis: 0 },
    }),
  );
  const width = parts.reduce((sum, { shape }) => sum + Number(shape[1]), 0);
  return { values: concat(quantized, 1, width), scales, zeroPoint: zeros.scalar };
}

/** rows · matrix, as floats [rows, columns]. */
function product(rows: QuantizedRows, matrix: QuantizedMatrix): Value {
  const { graph } = rows.values;
  const columns = matrix.values.shape[1] as Dimension;
  const scaled = emit('MatMulIntegerToFloat', {
    graph,
    domain: MICROSOFT,
    inputs: [rows.values, matrix.values, graph.scalar(1), matrix.scales, rows.zeroPoint],
    shape: [rows.values.shape[0] as Dimension, columns],
  });
  return multiply(scaled, rows.scales);
}

/** x · matrix, with x quantised a row at a time. */
export function quantizedProduct(x: Value, matrix: QuantizedMatrix): Value {
  return x.graph.composite(() => product(quantizeRows(x), matrix));
}

/** The same for an x whose columns are in several parts. */
export function quantizedStackProduct(parts: readonly [Value, ...Value[]], matrix: QuantizedMatrix): Value {
  return parts[0].graph.composite(() => product(quantizeStack(parts), matrix));
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
    const rest = product(quantizeBy([weights], [least], narrow.has(graph) ? 127 : 255, 0), backward);
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
