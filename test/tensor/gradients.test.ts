import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/tensor/differentiate.js';
import { gradientRules } from '../../src/tensor/gradients.js';
import { Graph, type Value } from '../../src/tensor/graph.js';
import * as neural from '../../src/tensor/neural-operators.js';
import * as plain from '../../src/tensor/operators.js';
import * as shapes from '../../src/tensor/shape-operators.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';
import { Random } from '../../src/support/random.js';

const op = { ...plain, ...shapes, ...neural };

interface Case {
  readonly rule: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** Lowest input value; inputs are uniform in [low, low + 2). */
  readonly low?: number;
}

const integers = (graph: Graph, numbers: readonly number[]): Value => graph.integers(numbers);

const cases: readonly Case[] = [
  { rule: 'Add', shapes: [[2, 3], [3]], build: (a, b) => op.add(a, b) },
  {
    rule: 'Sub',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => op.subtract(a, b),
  },
  {
    rule: 'Mul',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => op.multiply(a, b),
  },
  {
    rule: 'Div',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => op.divide(a, b),
    low: 0.5,
  },
  { rule: 'Max', shapes: [[4, 3], [3]], build: (a, b) => op.maximum(op.scale(a, 5), b) },
  { rule: 'Min', shapes: [[4, 3], [3]], build: (a, b) => op.minimum(op.scale(a, 5), b) },
  {
    rule: 'Clip',
    shapes: [[4, 3]],
    build: (a) => op.clip(op.scale(a, 5), a.graph.scalar(-1.5), a.graph.scalar(2)),
  },
  { rule: 'Neg', shapes: [[2, 3]], build: (a) => op.negate(a) },
  { rule: 'Exp', shapes: [[2, 3]], build: (a) => op.exp(a) },
  { rule: 'Log', shapes: [[2, 3]], build: (a) => op.log(a), low: 0.5 },
  { rule: 'Sqrt', shapes: [[2, 3]], build: (a) => op.sqrt(a), low: 0.5 },
  { rule: 'Reciprocal', shapes: [[2, 3]], build: (a) => op.reciprocal(a), low: 0.5 },
  { rule: 'Sigmoid', shapes: [[2, 3]], build: (a) => op.sigmoid(a) },
  { rule: 'Tanh', shapes: [[2, 3]], build: (a) => op.tanh(a) },
  {
    rule: 'SwiGLU',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => op.swiglu(a, b),
  },
  {
    rule: 'GeGLU',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => op.geglu(op.scale(a, 3), b),
  },
  {
    rule: 'Masked',
    shapes: [[2, 3]],
    build: (a) => {
      const mask = a.graph.constant('mask', 'uint8', [2, 3], Uint8Array.of(1, 0, 1, 1, 1, 0));
      return op.masked(a, mask, a.graph.constant('scale', 'float32', [1], Float32Array.of(1.25)));
    },
  },
  { rule: 'Softplus', shapes: [[2, 3]], build: (a) => op.softplus(a) },
  {
    rule: 'Where',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => op.where(op.greater(op.reshape(a, [2, 3]), op.scale(b, 0.5)), a, b),
  },
  { rule: 'Gemm', shapes: [[2, 3], [3, 4], [4]], build: (a, b, c) => op.gemm(a, b, { c: c, alpha: 0.7 }) },
  {
    rule: 'Gemm',
    shapes: [
      [3, 2],
      [3, 4],
    ],
    build: (a, b) => op.gemm(a, b, { transA: true }),
  },
  {
    rule: 'Gemm',
    shapes: [
      [2, 3],
      [4, 3],
    ],
    build: (a, b) => op.gemm(a, b, { transB: true }),
  },
  {
    rule: 'Gemm',
    shapes: [
      [3, 2],
      [4, 3],
    ],
    build: (a, b) => op.gemm(a, b, { transA: true, transB: true }),
  },
  {
    rule: 'FusedMatMul',
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: (a, b) => op.matmul(a, b),
  },
  {
    rule: 'FusedMatMul',
    shapes: [
      [2, 4, 3],
      [2, 5, 4],
    ],
    build: (a, b) => op.matmul(a, b, { transA: true, transB: true, alpha: 0.7 }),
  },
  {
    rule: 'FusedMatMul',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: (a, b) => op.matmul(a, b, { transB: true }),
  },
  { rule: 'Transpose', shapes: [[2, 3, 4]], build: (a) => op.transpose(a, [2, 0, 1]) },
  { rule: 'Reshape', shapes: [[2, 6]], build: (a) => op.reshape(a, [3, 4]) },
  {
    rule: 'Concat',
    shapes: [
      [2, 3],
      [2, 2],
    ],
    build: (a, b) => op.concat([a, b], 1, 5),
  },
  {
    rule: 'Split',
    shapes: [[2, 5]],
    build: (a) => {
      const [left, right] = op.split(a, 1, [2, 3]);
      return op.concat([op.scale(right!, 2), left!], 1, 5);
    },
  },
  { rule: 'Gather', shapes: [[5, 3]], build: (a) => op.gather(a, integers(a.graph, [4, 0, 4, 2])) },
  { rule: 'ReduceSum', shapes: [[2, 3, 4]], build: (a) => op.reduceSum(a, [1], false) },
  { rule: 'ReduceMean', shapes: [[2, 3, 4]], build: (a) => op.reduceMean(a, [0, -1]) },
  {
    rule: 'Expand',
    shapes: [
      [2, 1],
      [2, 3],
    ],
    build: (a, b) => op.multiply(op.expandLike(a, b), b),
  },
  { rule: 'Softmax', shapes: [[3, 4]], build: (a) => op.softmax(a) },
  { rule: 'LogSoftmax', shapes: [[3, 4]], build: (a) => op.logSoftmax(a) },
  {
    rule: 'SimplifiedLayerNormalization',
    shapes: [[3, 8], [8]],
    build: (a, b) => op.rmsNorm(a, b, 1e-6),
  },
  {
    rule: 'RotaryEmbedding',
    shapes: [[1, 2, 3, 8]],
    build: (a) => {
      const angles = Array.from({ length: 6 * 4 }, (_, i) => 0.3 * (1 + i));
      const table = (of: (x: number) => number): Value =>
        a.graph.constant('table', 'float32', [6, 4], Float32Array.from(angles, of));
      const positions = op.reshape(integers(a.graph, [5, 0, 3]), [1, 3]);
      return op.rotaryEmbedding(a, positions, table(Math.cos), table(Math.sin));
    },
  },
  {
    rule: 'TokenLogProbabilities',
    shapes: [
      [3, 4],
      [6, 4],
    ],
    build: (a, b) => op.tokenSoftmax(a, b, integers(a.graph, [5, 0, 5])).logProbability,
  },
];

describe('every gradient agrees with central finite differences', () => {
  it('has a case for every rule', () => {
    // What rounds has no finite differences: quantized-operators.test.ts compares it with float.
    const rules = Object.keys(gradientRules).filter((rule) => !rule.startsWith('Quantized'));
    expect(new Set(cases.map((one) => one.rule))).toEqual(new Set(rules));
  });

  it.each(cases.map((one) => [`${one.rule} ${JSON.stringify(one.shapes)}`, one] as const))(
    '%s',
    async (_, one) => {
      const graph = new Graph();
      const inputs = one.shapes.map((shape, index) => graph.input(`x${index}`, 'float32', shape));
      const result = one.build(...inputs);
      // A weighted sum of squares, so that each element of the result has a gradient of its own.
      const size = result.shape.reduce<number>((product, dimension) => product * Number(dimension), 1);
      const random = new Random(7);
      const weights = Float32Array.from({ length: size }, () => random.next() + 0.5);
      const weight = graph.constant('weight', 'float32', [size], weights);
      const flat = op.reshape(result, [size]);
      const loss = op.reduceSum(op.multiply(weight, op.multiply(flat, flat)), [0], false);
      graph.output('result', flat);
      differentiate(loss, inputs).forEach((gradient, index) => graph.output(`g${index}`, gradient));
      const session = await Session.create(graph, { threads: 1 });

      const arrays = one.shapes.map((shape) => ({
        shape,
        data: Float32Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          () => (one.low ?? -1) + 2 * random.next(),
        ),
      }));
      const feeds = Object.fromEntries(arrays.map((array, index) => [`x${index}`, array]));
      const lossAt = async (): Promise<number> => {
        const values = floats(await session.run(feeds), 'result');
        return values.reduce((sum, value, index) => sum + (weights[index] ?? 0) * value * value, 0);
      };
      const gradients = await session.run(feeds);
      const step = 5e-3;
      for (const [index, array] of arrays.entries()) {
        const gradient = floats(gradients, `g${index}`);
        expect(gradient.length).toBe(array.data.length);
        for (let i = 0; i < array.data.length; i += 1) {
          const original = array.data[i] ?? 0;
          array.data[i] = original + step;
          const above = await lossAt();
          array.data[i] = original - step;
          const below = await lossAt();
          array.data[i] = original;
          const expected = (above - below) / (2 * step);
          expect(Math.abs((gradient[i] ?? NaN) - expected)).toBeLessThan(2e-2 * (1 + Math.abs(expected)));
        }
      }
      await session.release();
    },
  );
});

describe('rows that one index takes several of', () => {
  it('are all added, whatever the threads do', async () => {
    const [count, width] = [4096, 64];
    const graph = new Graph();
    const table = graph.input('table', 'float32', [4, width]);
    const rows = graph.input('rows', 'float32', ['n', width]);
    const indices = graph.input('indices', 'int64', ['n']);
    graph.output('sums', op.scatterRows(table, indices, rows));
    const session = await Session.create(graph, { threads: 4 });
    const feeds = {
      table: { data: new Float32Array(4 * width), shape: [4, width] },
      rows: { data: new Float32Array(count * width).fill(1), shape: [count, width] },
      indices: { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 3)), shape: [count] },
    };
    for (let round = 0; round < 20; round += 1) {
      const sums = floats(await session.run(feeds), 'sums');
      expect(sums.reduce((sum, value) => sum + value, 0)).toBe(count * width);
    }
    await session.release();
  });
});
