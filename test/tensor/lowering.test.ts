import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.js';
import type { ArrayWithShape } from '../../src/tensor/arrays.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph, type Value } from '../../src/tensor/graph.js';
import { lower } from '../../src/tensor/lowering.js';
import { rmsNorm } from '../../src/tensor/neural-operators.js';
import { encodeModel } from '../../src/tensor/onnx.js';
import { matmul, multiply, reduceSum } from '../../src/tensor/operators.js';
import { onnxRuntime } from '../../src/tensor/runtime.js';
import { Session } from '../../src/tensor/session.js';
import { apart, stacked } from '../../src/tensor/transfers.js';

const random = new Random(3);
const array = (...shape: number[]): ArrayWithShape<Float32Array> => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  shape,
});
const feeds = { a: array(2, 3, 4), b: array(2, 5, 4), c: array(2, 5, 4), gain: array(4), bias: array(4) };

/** A loss of products, turned and scaled, and of normalised values; its gradients by all inputs. */
function lossGraph(): Graph {
  const graph = new Graph();
  const a = graph.input('a', 'float32', ['n', 3, 4]);
  const [b, c] = ['b', 'c'].map((name) => graph.input(name, 'float32', ['n', 5, 4])) as [Value, Value];
  const [gain, bias] = ['gain', 'bias'].map((name) => graph.input(name, 'float32', [4])) as [Value, Value];
  const weights = matmul(rmsNorm(a, multiply(gain, bias), 1e-6), b, { transB: true, alpha: 0.5 });
  const loss = reduceSum(matmul(weights, c), [0, 1, 2]);
  const inputs = [a, b, c, gain, bias];
  differentiate(loss, inputs).forEach((gradient, index) => graph.output(`d${inputs[index]?.name}`, gradient));
  graph.output('loss', loss);
  return graph;
}

describe('a graph as WebGPU is given it', () => {
  const graph = lossGraph();
  const model = lower(graph, 'webgpu');

  it('has only operators that the provider has, and computes rightly', () => {
    expect(model.nodes.map(({ operator }) => operator)).not.toContain('FusedMatMul');
    const norms = model.nodes.filter(({ operator }) => operator === 'SimplifiedLayerNormalization');
    expect(norms.map(({ outputs }) => outputs.length)).toEqual([1]);
    expect(lower(graph, 'cpu').nodes).toEqual(graph.nodes);
  });

  it('has one input and one output for all floats of a shape', () => {
    expect(model.inputs.map(({ shape }) => shape)).toEqual([
      ['n', 3, 4],
      [2, 'n', 5, 4],
      [2, 4],
    ]);
    expect(model.stackedInputs.map(({ members }) => members)).toEqual([
      ['b', 'c'],
      ['gain', 'bias'],
    ]);
    expect(model.stackedOutputs.map(({ members }) => members)).toEqual([
      ['db', 'dc'],
      ['dgain', 'dbias'],
    ]);
  });

  it('computes the same', async () => {
    const plain = await Session.create(graph);
    const expected = await plain.run(feeds);
    await plain.release();
    const { InferenceSession, Tensor } = onnxRuntime();
    // The processor has what the device has: what it makes of the lowered graph shows that the graph means the same.
    const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
    const tensors = Object.entries(stacked(feeds, model.stackedInputs)).map(
      ([name, { data, shape }]) => [name, new Tensor('float32', data as Float32Array, shape)] as const,
    );
    const fetched = await session.run(Object.fromEntries(tensors));
    const outputs = Object.entries(fetched).map(
      ([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }] as const,
    );
    const found = apart(Object.fromEntries(outputs), model.stackedOutputs);
    for (const [name, { data, shape }] of Object.entries(expected)) {
      expect(found[name]?.shape).toEqual(shape);
      [...data].forEach((value, at) => expect(found[name]?.data[at]).toBeCloseTo(Number(value), 4));
    }
    await session.release();
  });
});
