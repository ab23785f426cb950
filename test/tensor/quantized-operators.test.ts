import { describe, expect, it } from 'vitest';
import { rotate, rotationMatrix } from '../../src/model/rotation.js';
import { Random } from '../../src/support/random.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph, type Value } from '../../src/tensor/graph.js';
import { tokenSoftmax } from '../../src/tensor/neural-operators.js';
import { gemm, multiply, reduceSum } from '../../src/tensor/operators.js';
import { concat, topK } from '../../src/tensor/shape-operators.js';
import { hasExactIntegerProducts } from '../../src/tensor/integer-products.js';
import { weightedRows } from '../../src/tensor/quantized-gradients.js';
import {
  quantizedLinear,
  quantizedTokenSoftmax,
  type QuantizedWeight,
} from '../../src/tensor/quantized-operators.js';
import { narrowActivations, type QuantizedMatrix } from '../../src/tensor/quantized-products.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';

const OUT = 48;
const INNER = 32;
const ROWS = 6;
const random = new Random(3);
const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

/** A matrix [rows, columns], rounded as the int8 copy of a model is. */
function quantizeMatrix(
  graph: Graph,
  [rows, columns]: readonly [number, number],
  value: (row: number, column: number) => number,
): QuantizedMatrix {
  const scales = Float32Array.from({ length: columns }, (_, column) => {
    let largest = 0;
    for (let row = 0; row < rows; row += 1) largest = Math.max(largest, Math.abs(value(row, column)));
    return largest / 127;
  });
  const values = Int8Array.from({ length: rows * columns }, (_, index) =>
    Math.round(value(Math.floor(index / columns), index % columns) / scales[index % columns]!),
  );
  return {
    values: graph.constant('values', 'int8', [rows, columns], values),
    scales: graph.constant('scales', 'float32', [columns], scales),
  };
}

/** W [out, in] for both directions, its rows rotated or not. */
function quantize(graph: Graph, weight: Float32Array, isRotated = false): QuantizedWeight {
  const rows = isRotated ? rotate(weight.slice(), INNER) : weight;
  const at = (row: number, column: number): number => rows[row * INNER + column]!;
  return {
    forward: quantizeMatrix(graph, [INNER, OUT], (row, column) => at(column, row)),
    backward: quantizeMatrix(graph, [OUT, INNER], at),
    ...(isRotated && {
      rotation: graph.constant('rotation', 'float32', [INNER, INNER], rotationMatrix(INNER)),
    }),
  };
}

/** Result and gradient of a weighted sum of `build`'s result, in float and quantised; rows of zeros among the inputs, and a loud number in each other row where asked for. */
async function compare(
  build: (graph: Graph, x: Value, weight: Float32Array, quantized: boolean) => Value,
  bits: Bits,
  loud = 0,
) {
  const weight = normal(OUT * INNER);
  const data = normal(ROWS * INNER).map((value, at) => (at % INNER === 5 ? value + loud : value));
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
  it.each([false, true])(
    'agree with float to a percent or two, forward and back (rotated: %s)',
    async (isRotated) => {
      const { float, quantized } = await compare(
        (graph, x, weight, rounded) =>
          rounded
            ? concat(quantizedLinear(x, quantize(graph, weight, isRotated), [32, 16]), 1, OUT)
            : gemm(x, graph.constant('w', 'float32', [OUT, INNER], weight), { transB: true }),
        bits,
      );
      expect(relativeError(quantized.y, float.y)).toBeLessThan(0.015 * coarseness);
      expect(relativeError(quantized.dx, float.dx)).toBeLessThan(0.015 * coarseness);
      expect([...quantized.y.slice(0, OUT)].every((value) => value === 0)).toBe(true);
    },
  );

  /** log p of some targets under a head, rounded or not. */
  const softmaxOf =
    (isRotated: boolean): Parameters<typeof compare>[0] =>
    (graph, x, weight, rounded) => {
      const table = graph.constant('table', 'float32', [OUT, INNER], weight);
      const ids = graph.integers([5, 0, 47, 13, 13, 2]);
      if (!rounded) return tokenSoftmax(x, table, ids).logProbability;
      return quantizedTokenSoftmax(x, quantize(graph, weight, isRotated), table, ids).logProbability;
    };

  it('are nearer to float where a loud number is rotated before it is rounded', async () => {
    // Six rows say little: the mean over several draws.
    const error = async (isRotated: boolean): Promise<number> => {
      let sum = 0;
      for (let draw = 0; draw < 12; draw += 1) {
        const { float, quantized } = await compare(softmaxOf(isRotated), bits, 40);
        sum += relativeError(quantized.y, float.y);
      }
      return sum / 12;
    };
    const plain = await error(false);
    expect(await error(true)).toBeLessThan(0.7 * plain);
  });

  it.each([false, true])('give log-probabilities and their gradient (rotated: %s)', async (isRotated) => {
    const { float, quantized } = await compare(softmaxOf(isRotated), bits);
    expect(relativeError(quantized.y, float.y)).toBeLessThan(0.015 * coarseness);
    expect(relativeError(quantized.dx, float.dx)).toBeLessThan(0.02 * coarseness);
  });

  it('keep what the tail of a large vocabulary has of a gradient', async () => {
    const [vocabulary, inner, likely] = [2 ** 15, 8, 24];
    // Half of the probability is of a few tokens, half of all others.
    const logit = (token: number): number => (token < likely ? Math.log(vocabulary / likely) : 0);
    const table = normal(vocabulary * inner).map((value, at) =>
      at % inner === 0 ? logit(at / inner) : value + 1,
    );
    const gradients: Float32Array[] = [];
    for (const isRounded of [false, true]) {
      const graph = new Graph();
      if (bits === 7) narrowActivations(graph);
      const x = graph.input('x', 'float32', [1, inner]);
      const rows = graph.constant('table', 'float32', [vocabulary, inner], table);
      const [forward, backward] = [
        quantizeMatrix(graph, [inner, vocabulary], (row, column) => table[column * inner + row]!),
        quantizeMatrix(graph, [vocabulary, inner], (row, column) => table[row * inner + column]!),
      ];
      const ids = graph.integers([3]);
      const { logProbability } = isRounded
        ? quantizedTokenSoftmax(x, { forward, backward }, rows, ids)
        : tokenSoftmax(x, rows, ids);
      graph.output('dx', differentiate(reduceSum(logProbability, [0]), [x])[0]!);
      const session = await Session.create(graph);
      const data = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0);
      gradients.push(floats(await session.run({ x: { data, shape: [1, inner] } }), 'dx'));
      await session.release();
    }
    expect(relativeError(gradients[1]!, gradients[0]!)).toBeLessThan(0.03 * coarseness);
  });

  it('weigh thousands of small weights as exactly as a few large ones', async () => {
    const [vocabulary, large] = [4000, 5];
    const table = normal(vocabulary * INNER).map((value) => value + 1);
    // The small ones are below half of a 255th of the largest, and together as heavy as they.
    const weights = Float32Array.from({ length: vocabulary }, (_, at) =>
      at % 800 === 7 ? 1 : (large * 2 * random.next()) / vocabulary,
    );
    const graph = new Graph();
    if (bits === 7) narrowActivations(graph);
    const given = graph.input('weights', 'float32', [1, vocabulary]);
    const rows = graph.constant('table', 'float32', [vocabulary, INNER], table);
    const rounded = quantizeMatrix(graph, [vocabulary, INNER], (row, column) => table[row * INNER + column]!);
    graph.output('rounded', weightedRows(given, topK(given, 16)[1], rows, rounded));
    graph.output('exact', gemm(given, rows));
    const session = await Session.create(graph);
    const outputs = await session.run({ weights: { data: weights, shape: [1, vocabulary] } });
    await session.release();
    expect(relativeError(floats(outputs, 'rounded'), floats(outputs, 'exact'))).toBeLessThan(
      0.01 * coarseness,
    );
  });
});
