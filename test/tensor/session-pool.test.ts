/** Sessions on threads of their own compute what one session does. */
import { describe, expect, it } from 'vitest';
import type { ArrayWithShape } from '../../src/tensor/arrays.js';
import { emit } from '../../src/tensor/emit.js';
import { Graph } from '../../src/tensor/graph.js';
import { add, gemm } from '../../src/tensor/operators.js';
import { Session } from '../../src/tensor/session.js';
import { SessionPool, shared } from '../../src/tensor/session-pool.js';

/** y = x · Wᵀ + x */
function product(): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', 3]);
  graph.output('y', add(gemm(x, graph.input('w', 'float32', [3, 3]), { transB: true }), x));
  return graph;
}

const rows = (count: number, seed: number): ArrayWithShape<Float32Array> => ({
  data: Float32Array.from({ length: 3 * count }, (_, at) => Math.sin(seed + at)),
  shape: [count, 3],
});

describe('a pool of sessions', () => {
  it('answers each run with what one session answers', async () => {
    const w = rows(3, 5);
    const inputs = [1, 2, 3, 4, 5, 6, 7].map((count) => ({ x: rows(count, count), w }));
    const session = await Session.create(product());
    const pool = SessionPool.create(product(), 3);
    const answers = await Promise.all(inputs.map((feeds) => pool.run(feeds)));
    for (const [index, feeds] of inputs.entries()) {
      expect(answers[index]).toEqual(await session.run(feeds));
    }
    await Promise.all([session.release(), pool.release()]);
  });

  it('reads shared memory as it is when a run starts', async () => {
    const pool = SessionPool.create(product(), 2);
    const session = await Session.create(product());
    const own = rows(3, 5);
    const w = shared(own);
    for (let change = 0; change < 3; change += 1) {
      const x = rows(2, change);
      const expected = await session.run({ x, w: own });
      expect(await Promise.all([pool.run({ x, w }), pool.run({ x, w })])).toEqual([expected, expected]);
      for (const { data } of [own, w]) data.forEach((value, at) => (data[at] = value + 1));
    }
    await Promise.all([session.release(), pool.release()]);
  });

  it('says of a graph that does not compile what is wrong with it, at each run', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['rows', 3]);
    graph.output('y', emit('NoSuchOperator', { graph, inputs: [x], shape: ['rows', 3] }));
    const pool = SessionPool.create(graph, 1);
    await expect(pool.run({ x: rows(1, 1) })).rejects.toThrow(/NoSuchOperator/);
    await expect(pool.run({ x: rows(1, 1) })).rejects.toThrow(/NoSuchOperator/);
    await pool.release();
    await expect(pool.run({ x: rows(1, 1) })).rejects.toThrow('the thread of a session ended');
  });

  it('says what is wrong, and goes on', async () => {
    const pool = SessionPool.create(product(), 1);
    const w = rows(3, 5);
    await expect(pool.run({ x: { data: new Float32Array(4), shape: [2, 2] }, w })).rejects.toThrow(/x/);
    expect(Object.keys(await pool.run({ x: rows(1, 1), w }))).toEqual(['y']);
    await pool.release();
  });
});
