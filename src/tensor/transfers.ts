/**
 * What crosses between the processor and a device. With ONNX Runtime's WebGPU provider a tensor costs half a millisecond or more each way,
 * whatever its size, and an adapter has hundreds (bench/README.md): floats of one shape cross as one tensor, stacked along a new first
 * dimension.
 */
import { floats, type Arrays, type ArrayWithShape } from './arrays.js';
import { emit } from './emit.js';
import type { Graph, Node, Value } from './graph.js';
import type { ModelParts } from './onnx.js';
import { concat, gather } from './shape-operators.js';

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

/** One side of a graph: what crosses, which of it are stacks, and the nodes that take stacks apart or put them together. */
interface Side {
  readonly ports: readonly Port[];
  readonly stacks: readonly Stack[];
  readonly nodes: readonly Node[];
}

/** @param convert the nodes between a group and its stack, which has the first dimension besides */
function stackSide(
  graph: Graph,
  kind: 'inputs' | 'outputs',
  ports: readonly Port[],
  convert: (group: readonly Port[], stack: Value) => readonly Node[],
): Side {
  const groups = groupByShape(ports).map((group) => {
    const [first] = group;
    if (group.length === 1) return { port: first, stacks: [], nodes: [] };
    const { type, shape } = first.value;
    const stack = graph.value('stack', type, [group.length, ...shape]);
    // An input goes by its value's name; an output has a name of its own.
    const name = kind === 'inputs' ? stack.name : `${stack.name} (output)`;
    const members = group.map((member) => member.name);
    return { port: { name, value: stack }, stacks: [{ name, members }], nodes: convert(group, stack) };
  });
  return {
    ports: groups.map(({ port }) => port),
    stacks: groups.flatMap(({ stacks }) => stacks),
    nodes: groups.flatMap(({ nodes }) => nodes),
  };
}

/** A graph's model, of the nodes given, whose inputs and outputs of one shape are stacked. */
export function stackTransfers(graph: Graph, nodes: readonly Node[]): StackedModel {
  const given = graph.inputs.map((value) => ({ name: value.name, value }));
  const inputs = stackSide(graph, 'inputs', given, (group, stack) =>
    group.flatMap(({ value }, at) => graph.computing(value, () => gather(stack, place(graph, at)))),
  );
  const outputs = stackSide(graph, 'outputs', graph.outputs, (group, stack) =>
    graph.computing(stack, () =>
      concat(
        group.map(({ value }) => unsqueezed(value)),
        0,
        group.length,
      ),
    ),
  );
  return {
    nodes: [...inputs.nodes, ...nodes, ...outputs.nodes],
    inputs: inputs.ports.map(({ value }) => value),
    outputs: [...outputs.ports],
    initializers: graph.initializers,
    stackedInputs: inputs.stacks,
    stackedOutputs: outputs.stacks,
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

/** Inputs with those of a stack as one. */
export function stacked(inputs: Arrays, stacks: readonly Stack[]): Arrays {
  if (stacks.length === 0) return inputs;
  const rest = new Map(Object.entries(inputs));
  for (const { name, members } of stacks) {
    const parts = members.map((member) => floats(inputs, member));
    const [first] = members as [string];
    const { data, shape } = inputs[first] as ArrayWithShape;
    const joined = new Float32Array(parts.length * data.length);
    parts.forEach((part, at) => joined.set(part, at * data.length));
    for (const member of members) rest.delete(member);
    rest.set(name, { data: joined, shape: [parts.length, ...shape] });
  }
  return Object.fromEntries(rest);
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
