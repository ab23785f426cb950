import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph } from '../../src/tensor/graph.js';
import { reduceSum } from '../../src/tensor/operators.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';
import { Dropout } from '../../src/training/dropout.js';

const [TOKENS, WIDTH] = [64, 33];
const PROBABILITY = 0.25;

/** x under dropout, and the gradient of its sum. */
async function run(random?: Random) {
  const graph = new Graph();
  const dropout = new Dropout(graph, PROBABILITY);
  const x = graph.input('x', 'float32', ['tokens', WIDTH]);
  const y = dropout.apply(x, 'mask');
  graph.output('y', y);
  graph.output('dx', differentiate(reduceSum(y, [0, 1]), [x])[0]!);
  const session = await Session.create(graph);
  const data = new Float32Array(TOKENS * WIDTH).fill(3);
  const outputs = await session.run({
    x: { data, shape: [TOKENS, WIDTH] },
    ...dropout.feeds(TOKENS, random),
  });
  await session.release();
  return { y: floats(outputs, 'y'), dx: floats(outputs, 'dx') };
}

describe('dropout', () => {
  it('sets its share of inputs to zero, scales the others up, and hands gradients back the same way', async () => {
    const { y, dx } = await run(new Random(1));
    const zeros = y.filter((value) => value === 0).length;
    expect(Math.abs(zeros / y.length - PROBABILITY)).toBeLessThan(0.04);
    y.forEach((value, index) => {
      expect(value === 0 ? 0 : value).toBeCloseTo(value === 0 ? 0 : 3 / (1 - PROBABILITY), 5);
      expect(dx[index]).toBeCloseTo(value / 3, 5);
    });
  });

  it('is the same for the same seed, another for another, and none where nothing is trained', async () => {
    const [first, again, other, none] = [
      await run(new Random(7)),
      await run(new Random(7)),
      await run(new Random(8)),
      await run(),
    ];
    expect(again.y).toEqual(first.y);
    expect(other.y).not.toEqual(first.y);
    expect(none.y.every((value) => value === 3)).toBe(true);
  });
});
