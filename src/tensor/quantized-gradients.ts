/** How the operators of quantized-operators.ts hand a gradient back: through the matrices' backward copies, rounded as on the way forward. */
import { allParts, input, output, type GradientRule } from './gradient-rule.js';
import type { Dimension, TapeEntry, Value } from './graph.js';
import { add, divide, matmul, multiply, subtract } from './operators.js';
import { after, gatherElements, reshape, slice } from './shape-operators.js';
import { floatRows } from './neural-operators.js';
import { product, quantizePositive, quantizeStack, type QuantizedMatrix } from './quantized-products.js';
import { rotateBlocks } from './quantized-operators.js';

/** A quantised matrix among an entry's inputs: its values, then its scales. */
const quantizedInput = (entry: TapeEntry, index: number): QuantizedMatrix => ({
  values: input(entry, index),
  scales: input(entry, index + 1),
});

export const quantizedLinearRule: GradientRule = (entry, _dy, _needs, outputs) => {
  const parts = allParts(entry, outputs);
  return [parts[0].graph.composite(() => product(quantizeStack(parts), quantizedInput(entry, 1)))];
};

export const quantizedTokenLogProbabilitiesRule: GradientRule = (entry, dy) => {
  const [table, targets] = [input(entry, 1), input(entry, 2)];
  const backward = quantizedInput(entry, 3);
  const [exponentials, total, largest] = [output(entry, 1), output(entry, 2), output(entry, 3)];
  const expected = divide(
    weightedRows(exponentials, largest, table, { ...backward, rotation: entry.inputs[5] }),
    total,
  );
  return [multiply(dy, subtract(floatRows(table, targets), expected))];
};

/**
 * weights · E, for the gradient of quantizedTokenSoftmax; the weights are not below 0. The few large ones are far above the
 * many small ones, which matter as much: what they have above the last of them meets their rows of the table as floats, and what is
 * left of all is fine enough in 8 bits.
 *
 * @param largest where the largest weights are: int64 [n, count]
 * @param backward E in 8 bits, its rows rotated where there is a rotation
 */
export function weightedRows(
  weights: Value,
  largest: Value,
  table: Value,
  backward: QuantizedMatrix & { readonly rotation?: Value },
): Value {
  const { graph } = weights;
  const [rows, count] = largest.shape as [Dimension, number];
  return graph.composite(() => {
    const large = gatherElements(weights, largest);
    const least = slice(large, 1, count - 1, count);
    const rounded = product(quantizePositive(weights, least), backward);
    // A rotation is its own inverse.
    const rest = backward.rotation ? rotateBlocks(rounded, backward.rotation) : rounded;
    const above = reshape(subtract(large, least), [rows, 1, count]);
    // Once the weights are no longer needed, so that they and the rows are not there together.
    const places = after(largest, slice(rest, 1, 0, 1));
    return add(reshape(matmul(above, floatRows(table, places)), rest.shape), rest);
  });
}
