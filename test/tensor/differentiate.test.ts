import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.js';
import { checkpoint, differentiate } from '../../src/tensor/differentiate.js';
import { Graph, type Value } from '../../src/tensor/graph.js';
import { gemm, reduceSum, sqrt, tanh } from '../../src/tensor/operators.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';

const random = new Random(5);
const array = (rows: number, columns: number) => ({
  data: Float32Array.from({ length: rows * columns }, () => random.normal()),
  shape: [rows, columns],
});
const feeds = { x: array(3, 4), w: array(4, 4), v: array(4, 4) };

/** Two layers of tanh, each kept or computed anew; the gradients by all inputs. */
async function gradients(checkpointing: boolean) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', 4]);
  const [w, v] = ['w', 'v'].map((name) => graph.input(name, 'float32', [4, 4])) as [Value, Value];
  const layer = (input: Value, weight: Value): Value => {
    const build = (value: Value): Value => tanh(gemm(tanh(gemm(value, weight)), weight, { transB: true }));
    return checkpointing ? checkpoint(input, [weight], build) : build(input);
  };
  const loss = reduceSum(layer(layer(x, w), v), [0, 1]);
  differentiate(loss, [x, w, v]).forEach((gradient, index) => graph.output(`g${index}`, gradient));
  graph.output('loss', loss);
  const session = await Session.create(graph);
  const outputs = await session.run(feeds);
  await session.release();
  return ['loss', 'g0', 'g1', 'g2'].map((name) => [...floats(outputs, name)]);
}

describe('differentiation', () => {
  it('gives the same gradients when values are computed anew on the way back', async () => {
    const [kept, anew] = [await gradients(false), await gradients(true)];
    anew.forEach((values, index) =>
      values.forEach((value, at) => expect(value).toBeCloseTo(kept[index]![at]!, 5)),
    );
  });

  it('refuses a loss of several elements, and a parameter that does not reach it', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.input('y', 'float32', [2]);
    expect(() => differentiate(sqrt(x), [x])).toThrow('the loss must have one element');
    expect(() => differentiate(reduceSum(x, [0], false), [y])).toThrow('the loss does not depend on y');
  });
});
