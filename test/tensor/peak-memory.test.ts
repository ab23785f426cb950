import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/tensor/graph.js';
import { reshape } from '../../src/tensor/shape-operators.js';
import { add, exp, gemm, multiply } from '../../src/tensor/operators.js';
import { graphMemory } from '../../src/tensor/peak-memory.js';

describe('the memory of a graph', () => {
  it('is that of the values which are alive together', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['tokens', 4]);
    const w = graph.constant('w', 'float32', [8, 4], new Float32Array(32));
    const wide = gemm(x, w, { transB: true });
    // Both factors are read again: three values of [tokens, 8] are alive at the product.
    const grown = exp(wide);
    graph.output('y', add(multiply(wide, grown), add(wide, grown)));
    const { inputs, peak } = graphMemory(graph, { tokens: 10 });
    expect(inputs).toBe(10 * 4 * 4);
    expect(peak).toBe(3 * 10 * 8 * 4);
  });

  it('counts a value once under two shapes, and learns a name from the reshape that it comes up in', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['tokens', 64]);
    const w = graph.constant('w', 'float32', [64, 64], new Float32Array(64 * 64));
    const blocks = reshape(gemm(x, w), ['blocks', 16]);
    const small = graph.constant('small', 'float32', [16, 2], new Float32Array(32));
    graph.output('y', gemm(blocks, small));
    expect(graphMemory(graph, { tokens: 3 }).peak).toBe(3 * 64 * 4 + 3 * 4 * 2 * 4);
  });

  it('has nothing of what is computed once, while loading, and of what nobody reads', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['tokens', 2]);
    const [a, b] = [1, 2].map((one) => graph.constant('c', 'float32', [2, 2], new Float32Array(4).fill(one)));
    graph.output('y', gemm(x, add(a!, b!)));
    exp(x);
    expect(graphMemory(graph, { tokens: 5 }).peak).toBe(5 * 2 * 4);
  });

  it('asks for the sizes of the dimensions', () => {
    const graph = new Graph();
    graph.output('y', exp(graph.input('x', 'float32', ['tokens'])));
    expect(() => graphMemory(graph, {})).toThrow('the size of the dimension tokens is not known');
  });
});
