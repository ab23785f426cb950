/**
 * Products with matrices in 8 bits: activations are quantised a row at a time while the graph runs, matrices a column at a time before.
 */
import { emit, MICROSOFT } from './emit.js';
import type { Dimension, Graph, MemoKind, Value } from './graph.js';
import { maximum, minimum, multiply, negate, reduceMax, reduceMin, scale } from './operators.js';
import { concat, shapeOf, slice } from './shape-operators.js';

/** A matrix [inner, columns] as int8, and what each column's integers are multiplied with: float [columns]. */
export interface QuantizedMatrix {
  readonly values: Value;
  readonly scales: Value;
}

/** x ≈ (values − zeroPoint) · scales: uint8 [rows, inner], float [rows, 1]. */
export interface QuantizedRows {
  readonly values: Value;
  readonly scales: Value;
  readonly zeroPoint: Value;
}

/** Rounds the activations of a graph to 7 bits, for processors that add products of 8 bits inexactly: see integer-products.ts. */
export function narrowActivations(graph: Graph): void {
  graph.activationBits = 7;
}

/** Values quantised once for all the products that read them. */
const QUANTIZED_ROWS: MemoKind<QuantizedRows> = { label: 'quantized rows' };

/** Rounds each row of `x` [rows, inner] to 255 steps (127 where narrow) between its largest magnitude and that below zero. */
export function quantizeRows(x: Value): QuantizedRows {
  return x.graph.memo(QUANTIZED_ROWS, x, () => quantizeStack([x]));
}

/** The same for values that stand beside each other: joined as bytes, a quarter of what joining the floats would move. */
export function quantizeStack(parts: readonly [Value, ...Value[]]): QuantizedRows {
  const [levels, zero] = parts[0].graph.activationBits === 7 ? [63, 64] : [127, 128];
  const most = parts.map((part) => reduceMax(part, [1])).reduce(maximum);
  const least = parts.map((part) => reduceMin(part, [1])).reduce(minimum);
  return quantizeBy(parts, maximum(most, negate(least)), levels, zero);
}

/** Rounds each row of `x`, none of it below 0, so that `largest` [rows, 1] becomes the last of as many steps as there are; what is above it too. */
export function quantizePositive(x: Value, largest: Value): QuantizedRows {
  return quantizeBy([x], largest, x.graph.activationBits === 7 ? 127 : 255, 0);
}

interface ZeroPoints {
  readonly scalar: Value;
  readonly column: Value;
}

/** One zero point a row, by number of rows: shared by all that is quantised. */
const ZERO_POINTS: MemoKind<ZeroPoints> = { label: 'zero points' };

function zeroPointsOf(x: Value, zero: number): ZeroPoints {
  const { graph } = x;
  const [rows] = x.shape as [Dimension, Dimension];
  return graph.memo(ZERO_POINTS, `${rows}/${zero}`, () => {
    const scalar = graph.constant('zero_point', 'uint8', [], Uint8Array.of(zero));
    const size = concat([slice(shapeOf(x), 0, 0, 1), graph.integers([1])], 0, 2);
    const column = emit('Expand', { graph, inputs: [scalar, size], shape: [rows, 1], type: 'uint8' });
    return { scalar, column };
  });
}

/** Rounds each row of parts that stand beside each other to whole steps above `zero`: `largest` [rows, 1] becomes the highest of `levels`. */
function quantizeBy(
  parts: readonly [Value, ...Value[]],
  largest: Value,
  levels: number,
  zero: number,
): QuantizedRows {
  const [first] = parts;
  const { graph } = first;
  // A row of zeros divides 0 by 0: whatever whole number that gives, its product is multiplied with 0.
  const scales = scale(largest, 1 / levels);
  const zeros = zeroPointsOf(first, zero);
  const quantized = parts.map((part) =>
    emit('QuantizeLinear', {
      graph,
      inputs: [part, scales, zeros.column],
      shape: part.shape,
      type: 'uint8',
      // A row is a block, for blocks are shared out among threads, and what has a scale for each index of an axis is not.
      attributes: { axis: 1, block_size: Number(part.shape[1]) },
    }),
  );
  const width = parts.reduce((sum, { shape }) => sum + Number(shape[1]), 0);
  return { values: concat(quantized, 1, width), scales, zeroPoint: zeros.scalar };
}

/** rows · matrix, as floats [rows, columns]. */
export function product(rows: QuantizedRows, matrix: QuantizedMatrix): Value {
  const { graph, shape } = rows.values;
  const unscaled = emit('MatMulIntegerToFloat', {
    graph,
    domain: MICROSOFT,
    inputs: [rows.values, matrix.values, graph.scalar(1), matrix.scales, rows.zeroPoint],
    shape: [shape[0] as Dimension, matrix.values.shape[1] as Dimension],
  });
  return multiply(unscaled, rows.scales);
}
