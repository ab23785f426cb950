import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph, type Value } from '../../src/tensor/graph.js';
import { tokenLogProbabilities } from '../../src/tensor/neural-operators.js';
import { concat, gemm, multiply, reduceSum } from '../../src/tensor/operators.js';
import { hasExactIntegerProducts } from '../../src/tensor/integer-products.js';
import {
  narrowActivations,
  quantizedLinear,
  quantizedTokenLogProbabilities,
  type QuantizedWeight,
} from '../../src/tensor/quantized-operators.js';
import { floats, Session } from '../../src/tensor/session.js';

const OUT = 48;
const INNER = 32;
const ROWS = 6;
const random = new Random(3);
const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

/** W [out, in] for both directions, rounded as the int8 copy of a model is. */
function quantize(graph: Graph, weight: Float32Array): QuantizedWeight {
  const at = (row: number, column: number): number => weight[row * INNER + column]!;
  const direction = (columns: number, rows: number, value: (row: number, column: number) => number) => {
    const scales = Float32Array.from({ length: columns }, (_, column) => {
      const magnitudes = Array.from({ length: rows }, (_, row) => Math.abs(value(row, column)));
      return Math.max(...magnitudes) / 127;
    });
    const values = Int8Array.from({ length: rows * columns }, (_, index) =>
      Math.round(value(Math.floor(index / columns), index % columns) / scales[index % columns]!),
    );
    return {
      values: graph.constant('values', 'int8', [rows, columns], values),
      scales: graph.constant('scales', 'float32', [columns], scales),
    };
  };
  return {
    forward: direction(OUT, INNER, (row, column) => at(column, row)),
    backward: direction(INNER, OUT, at),
  };
}

/** Result and gradient of a weighted sum of `build`'s result, in float and quantised; rows of zeros among the inputs. */
async function compare(
  build: (graph: Graph, x: Value, weight: Float32Array, quantized: boolean) => Value,
  bits: Bits,
) {
  const weight = normal(OUT * INNER);
  const data = normal(ROWS * INNER);
  data.fill(0, 0, INNER);
  const run = async (quantized: boolean) => {
    const graph = new Graph();
    if (bits === 7) narrowActivations(graph);
    const x = graph.input('x', 'float32', [ROWS, INNER]);
    const y = build(graph, x, weight, quantized);
    const factors = normalised(ROWS * Number(y.shape[1]));
    const loss = reduceSum(
      multiply(y, graph.constant('factors', 'float32', [ROWS, y.shape[1]!], factors)),
      [0, 1],
    );
    graph.output('y', y);
    graph.output('dx', differentiate(loss, [x])[0]!);
    const session = await Session.create(graph);
    const outputs = await session.run({ x: { data, shape: [ROWS, INNER] } });
    await session.release();
    return { y: floats(outputs, 'y'), dx: floats(outputs, 'dx') };
  };
  return { float: await run(false), quantized: await run(true) };
}

const normalised = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => Math.sin(index + 1));

/** The norm of the difference, relative to that of the expected values. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  const norm = (values: readonly number[]): number => Math.hypot(...values);
  return norm(Array.from(actual, (value, index) => value - expected[index]!)) / norm([...expected]);
}

/** Processors that add products inexactly are never given 8 bits: see integer-products.ts. */
const exact = await hasExactIntegerProducts();
type Bits = 7 | 8;

describe.each<{ bits: Bits; coarseness: number }>([
  { bits: 7, coarseness: 2 },
  ...(exact ? [{ bits: 8, coarseness: 1 } as const] : []),
])('products with int8 weights and activations of $bits bits', ({ bits, coarseness }) => {
  it('agree with float to a percent or two, forward and back', async () => {
    const { float, quantized } = await compare(
      (graph, x, weight, rounded) =>
        rounded
          ? concat(quantizedLinear(x, quantize(graph, weight), [32, 16]), 1, OUT)
          : gemm(x, graph.constant('w', 'float32', [OUT, INNER], weight), { transB: true }),
      bits,
    );
    expect(relativeError(quantized.y, float.y)).toBeLessThan(0.015 * coarseness);
    expect(relativeError(quantized.dx, float.dx)).toBeLessThan(0.015 * coarseness);
    expect([...quantized.y.slice(0, OUT)].every((value) => value === 0)).toBe(true);
  });

  it('give log-probabilities and their gradient', async () => {
    const targets = [5, 0, 47, 13, 13, 2];
    const { float, quantized } = await compare((graph, x, weight, rounded) => {
      const table = graph.constant('table', 'float32', [OUT, INNER], weight);
      const ids = graph.integers(targets);
      if (!rounded) return tokenLogProbabilities(x, table, ids);
      return quantizedTokenLogProbabilities(x, quantize(graph, weight), table, ids);
    }, bits);
    expect(relativeError(quantized.y, float.y)).toBeLessThan(0.015 * coarseness);
    expect(relativeError(quantized.dx, float.dx)).toBeLessThan(0.02 * coarseness);
  });
});
