import { describe, expect, it } from 'vitest';
import { rotate, rotationBlock, rotationMatrix } from '../../src/model/rotation.js';
import { Random } from '../../src/support/random.js';
import { floats } from '../../src/tensor/arrays.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph } from '../../src/tensor/graph.js';
import { multiply, reduceSum } from '../../src/tensor/operators.js';
import { rotateBlocks } from '../../src/tensor/quantized-operators.js';
import { Session } from '../../src/tensor/session.js';

const random = new Random(2);
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());

describe('a rotation in blocks', () => {
  it('takes the largest power of two up to 64 that divides a row', () => {
    expect([2048, 1536, 96, 48, 7].map(rotationBlock)).toEqual([64, 64, 32, 16, 1]);
  });

  it('is its own inverse, keeps lengths, and spreads one large number over its block', () => {
    const values = numbers(128);
    const turned = rotate(values.slice(), 64);
    const length = (x: Float32Array): number => Math.hypot(...x);
    expect(length(turned)).toBeCloseTo(length(values), 4);
    rotate(turned, 64).forEach((value, at) => expect(value).toBeCloseTo(values[at]!, 5));
    const spike = new Float32Array(64);
    spike[5] = 8;
    expect(rotate(spike, 64).every((value) => Math.abs(Math.abs(value) - 1) < 1e-6)).toBe(true);
  });

  it('is in a graph what it is to weights, and hands gradients back', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3, 32]);
    const rotation = graph.constant('rotation', 'float32', [16, 16], rotationMatrix(16));
    const y = rotateBlocks(x, rotation);
    const weights = numbers(3 * 32);
    const loss = reduceSum(multiply(y, graph.constant('w', 'float32', [3, 32], weights)), [0, 1], false);
    graph.output('y', y);
    graph.output('dx', differentiate(loss, [x])[0]!);
    const session = await Session.create(graph);
    const data = numbers(3 * 32);
    const outputs = await session.run({ x: { data, shape: [3, 32] } });
    const expected = [rotate(data.slice(), 16), rotate(weights.slice(), 16)];
    floats(outputs, 'y').forEach((value, at) => expect(value).toBeCloseTo(expected[0]![at]!, 5));
    floats(outputs, 'dx').forEach((value, at) => expect(value).toBeCloseTo(expected[1]![at]!, 5));
    await session.release();
  });
});
