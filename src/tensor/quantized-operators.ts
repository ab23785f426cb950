/**
 * Products with frozen matrices in 8 bits: activations are quantised a row at a time while the graph runs, weights a column at a
 * time before. Both directions have their own copy of the weights, scaled along the axis that the product keeps.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Graph, Value } from './graph.js';
import { softmaxAt } from './neural-operators.js';
import {
  add,
  multiply,
  negate,
  reduceMax,
  reduceMin,
  reshape,
  scale,
  shapeOf,
  slice,
  subtract,
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
  const extremes = [reduceMax(x, [1]), negate(reduceMin(x, [1]))];
  const quantized = narrow.has(x.graph) ? quantizeBy(x, extremes, 63, 64) : quantizeBy(x, extremes, 127, 128);
  known.set(x, quantized);
  return quantized;
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
 * Rounds each row of `x` to whole steps above `zero`; what lies beyond the ends becomes the end.
 *
 * @param extremes float [rows, 1] each; the largest of them becomes the highest of `levels`
 */
function quantizeBy(x: Value, extremes: readonly Value[], levels: number, zero: number): QuantizedRows {
  const { graph } = x;
  const [rows] = x.shape as [Dimension, Dimension];
  const inputs = [...extremes, graph.scalar(SMALLEST)];
  const scales = scale(emit('Max', { graph, inputs, shape: [rows, 1] }), 1 / levels);
  const { scalar, vector } = zeroPointsOf(x, zero);
  const values = emit('QuantizeLinear', {
    graph,
    inputs: [x, reshape(scales, [rows]), vector],
    shape: x.shape,
    type: 'uint8',
    attributes: { axis: 0 },
  });
  return { values, scales, zeroPoint: scalar };
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

/** y = x · Wᵀ for a frozen W; differentiable by x. */
export function quantizedLinear(x: Value, { forward, backward }: QuantizedWeight): Value {
  return x.graph.composite(
    () => product(quantizeRows(x), forward),
    (y) => ({
      rule: 'QuantizedLinear',
      inputs: [x, backward.values, backward.scales],
      outputs: [y],
      attributes: {},
    }),
  );
}

/**
 * log p(target) under softmax(hidden · Eᵀ), [n, 1], as {@link tokenLogProbabilities} gives it, for a frozen quantised table E.
 * `chosen` [n, d] are the targets' own rows of the table.
 */
export function quantizedTokenLogProbabilities(
  hidden: Value,
  { forward, backward }: QuantizedWeight,
  chosen: Value,
  targets: Value,
): Value {
  return hidden.graph.composite(
    () => softmaxAt(product(quantizeRows(hidden), forward), targets),
    ({ logProbability, probabilities }) => ({
      rule: 'QuantizedTokenLogProbabilities',
      inputs: [hidden, chosen, backward.values, backward.scales],
      outputs: [logProbability, probabilities],
      attributes: {},
    }),
  ).logProbability;
}

/**
 * softmax · E of {@link quantizedTokenLogProbabilities}'s gradient: the expected row of the table. Thousands of small probabilities matter
 * as much as the few large ones, so both have 8 bits of their own: one product with what each has up to a step, a 255th of the row's
 * largest, and one with what it has above, in whole steps.
 */
export function expectedRow(probabilities: Value, backward: QuantizedMatrix): Value {
  const { graph } = probabilities;
  return graph.composite(() => {
    const levels = narrow.has(graph) ? 127 : 255;
    const largest = reduceMax(probabilities, [1]);
    const step = scale(largest, 1 / levels);
    const small = quantizeBy(probabilities, [step], levels, 0);
    const large = quantizeBy(subtract(probabilities, step), [largest], levels, 0);
    return add(product(small, backward), product(large, backward));
  });
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
