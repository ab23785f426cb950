import { describe, expect, it } from 'vitest';
import { Graph, type MemoKind } from '../../src/tensor/graph.js';

describe('what a graph keeps', () => {
  const numbers: MemoKind<number> = { label: 'numbers' };

  it('is made once for a key of a kind, and once for each graph', () => {
    let made = 0;
    const make = (): number => (made += 1);
    const [one, other] = [new Graph(), new Graph()];
    expect([one.memo(numbers, 'a', make), one.memo(numbers, 'a', make)]).toEqual([1, 1]);
    expect(one.memo(numbers, 'b', make)).toBe(2);
    expect(one.memo({ label: 'numbers' }, 'a', make)).toBe(3);
    expect(other.memo(numbers, 'a', make)).toBe(4);
  });

  it('may be undefined, and is not kept where it cannot be made', () => {
    const graph = new Graph();
    const nothing: MemoKind<undefined> = { label: 'nothing' };
    let made = 0;
    for (let time = 0; time < 2; time += 1) graph.memo(nothing, 'a', () => void (made += 1));
    expect(made).toBe(1);
    const fail = (): number => {
      throw new Error('cannot be made');
    };
    expect(() => graph.memo(numbers, 'a', fail)).toThrow('cannot be made');
    expect(graph.memo(numbers, 'a', () => 5)).toBe(5);
  });

  it('shares equal constants', () => {
    const graph = new Graph();
    expect(graph.scalar(2)).toBe(graph.scalar(2));
    expect(graph.integers([1, 2])).toBe(graph.integers([1, 2]));
    expect(graph.scalar(1)).not.toBe(graph.integers([1]));
    expect(graph.initializers).toHaveLength(4);
  });
});
