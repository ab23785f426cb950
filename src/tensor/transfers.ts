/**
 * What crosses between the processor and a device. With ONNX Runtime's WebGPU provider a tensor costs half a millisecond or more each way,
 * whatever its size, and an adapter has hundreds (bench/README.md): floats of one shape cross as one tensor, stacked along a new first
 * dimension.
 */
import { floats, type ArrayWithShape } from './arrays.js';
import { emit } from './emit.js';
import type { Graph, Node, Value } from './graph.js';
import type { ModelParts } from './onnx.js';
import { concat, gather } from './operators.js';

/** Inputs or outputs of one shape that are one, in order. */
export interface Stack {
  readonly name: string;
  readonly members: readonly string[];
}

/** A model, and which of its inputs and outputs are stacks. */
export interface StackedModel extends ModelParts {
  readonly stackedInputs: readonly Stack[];
  readonly stackedOutputs: readonly Stack[];
}

interface Port {
  readonly name: string;
  readonly value: Value;
}

/** Floats of one shape together, everything else alone. */
function groupByShape(ports: readonly Port[]): readonly (readonly [Port, ...Port[]])[] {
  const groups = new Map<string, [Port, ...Port[]]>();
  for (const port of ports) {
    const { type, shape } = port.value;
    const key = type === 'float32' ? shape.join() : port.name;
    const group = groups.get(key);
    if (group) group.push(port);
    else groups.set(key, [port]);
  }
  return [...groups.values()];
}

/** A graph's model, of the nodes given, whose inputs and outputs of one shape are stacked. */
export function stackTransfers(graph: Graph, nodes: readonly Node[]): StackedModel {
  const inputs: Value[] = [];
  const outputs: Port[] = [];
  const stackedInputs: Stack[] = [];
  const stackedOutputs: Stack[] = [];
  const [before, behind]: [Node[], Node[]] = [[], []];
  for (const group of groupByShape(graph.inputs.map((value) => ({ name: value.name, value })))) {
    const [first] = group;
    if (group.length === 1) {
      inputs.push(first.value);
      continue;
    }
    const stack = { name: `inputs like ${first.name}`, members: group.map(({ name }) => name) };
    const shape = [group.length, ...first.value.shape];
    const value: Value = { graph, name: stack.name, type: first.value.type, shape };
    group.forEach((member, at) => {
      before.push(...graph.computing(member.value, () => gather(value, place(graph, at))));
    });
    inputs.push(value);
    stackedInputs.push(stack);
  }
  for (const group of groupByShape(graph.outputs)) {
    const [first] = group;
    if (group.length === 1) {
      outputs.push(first);
      continue;
    }
    const stack = { name: `outputs like ${first.name}`, members: group.map(({ name }) => name) };
    const value = graph.value('stack', first.value.type, [group.length, ...first.value.shape]);
    const lines = (): Value[] => group.map((member) => unsqueezed(member.value));
    behind.push(...graph.computing(value, () => concat(lines(), 0, group.length)));
    outputs.push({ name: stack.name, value });
    stackedOutputs.push(stack);
  }
  const { initializers } = graph;
  return {
    nodes: [...before, ...nodes, ...behind],
    inputs,
    outputs,
    initializers,
    stackedInputs,
    stackedOutputs,
  };
}

/** An index without a dimension: what it gathers has none for it either. */
function place(graph: Graph, at: number): Value {
  return graph.constant('place', 'int64', [], BigInt64Array.of(BigInt(at)));
}

/** `x` with a first dimension of 1. */
function unsqueezed(x: Value): Value {
  const { graph, shape, type } = x;
  return emit('Unsqueeze', { graph, inputs: [x, graph.integers([0])], shape: [1, ...shape], type });
}

type Arrays = Readonly<Record<string, ArrayWithShape>>;

/** Inputs with those of a stack as one. */
export function stacked(inputs: Arrays, stacks: readonly Stack[]): Arrays {
  if (stacks.length === 0) return inputs;
  const rest = new Map(Object.entries(inputs));
  for (const { name, members } of stacks) {
    const arrays = members.map((member) => floatInput(inputs, member));
    const [{ data, shape }] = arrays as [ArrayWithShape<Float32Array>];
    const joined = new Float32Array(arrays.length * data.length);
    arrays.forEach((array, at) => joined.set(array.data, at * data.length));
    for (const member of members) rest.delete(member);
    rest.set(name, { data: joined, shape: [arrays.length, ...shape] });
  }
  return Object.fromEntries(rest);
}

function floatInput(inputs: Arrays, name: string): ArrayWithShape<Float32Array> {
  const array = inputs[name];
  if (!(array?.data instanceof Float32Array)) throw new Error(`the graph was fed no floats as ${name}`);
  return array as ArrayWithShape<Float32Array>;
}

/** Outputs with those of a stack by their own names. */
export function apart(outputs: Arrays, stacks: readonly Stack[]): Record<string, ArrayWithShape> {
  const all: Record<string, ArrayWithShape> = { ...outputs };
  for (const { name, members } of stacks) {
    const { shape } = outputs[name] as ArrayWithShape;
    const data = floats(outputs, name);
    const size = data.length / members.length;
    members.forEach((member, at) => {
      all[member] = { data: data.subarray(at * size, (at + 1) * size), shape: shape.slice(1) };
    });
  }
  return all;
}
