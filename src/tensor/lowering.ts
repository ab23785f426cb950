/** What a device's provider lacks, or computes otherwise than the processor's, written as nodes that it has and computes rightly. */
import type { Device } from './device.js';
import { emit } from './emit.js';
import type { Graph, Node, Value } from './graph.js';
import { add, multiply, reciprocal, reduceMean, sqrt } from './operators.js';
import { transpose } from './shape-operators.js';
import { stackTransfers, type StackedModel } from './transfers.js';

/** The nodes in a node's stead; `used` are the values that a node of the graph reads. */
type Lowering = (node: Node, used: ReadonlySet<Value | undefined>) => readonly Node[];

/** By operator, for ONNX Runtime 1.30's WebGPU provider. */
const WEBGPU: Readonly<Record<string, Lowering>> = {
  SimplifiedLayerNormalization: normalization,
  FusedMatMul: product,
};

/** The graph as a device is given it. */
export function lower(graph: Graph, device: Device): StackedModel {
  const { nodes, inputs, outputs, initializers } = graph;
  if (device !== 'webgpu') {
    return { nodes, inputs, outputs, initializers, stackedInputs: [], stackedOutputs: [] };
  }
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const lowered = nodes.flatMap((node) => WEBGPU[node.operator]?.(node, used) ?? [node]);
  return stackTransfers(graph, lowered);
}

const floatAttribute = (node: Node, name: string): number =>
  (node.attributes[name] as { readonly float: number }).float;

/** The provider writes the mean where the reciprocal of the root mean square belongs: computed apart, where it is read. */
function normalization(node: Node, used: ReadonlySet<Value | undefined>): readonly Node[] {
  const [x] = node.inputs as [Value];
  const [output, inverse] = node.outputs as [Value, Value];
  const alone = { ...node, outputs: [output] };
  if (!used.has(inverse)) return [alone];
  const epsilon = x.graph.scalar(floatAttribute(node, 'epsilon'));
  const square = (): Value => add(reduceMean(multiply(x, x), [-1]), epsilon);
  return [alone, ...x.graph.computing(inverse, () => reciprocal(sqrt(square())))];
}

/** The provider has no product with transposed or scaled operands: without it the processor would compute attention. */
function product(node: Node): readonly Node[] {
  const [a, b] = node.inputs as [Value, Value];
  const [output] = node.outputs as [Value];
  const { graph, shape } = output;
  const turned = (x: Value, flag: string): Value => (node.attributes[flag] === 1 ? transposed(x) : x);
  const alpha = floatAttribute(node, 'alpha');
  return graph.computing(output, () => {
    const plain = emit('MatMul', { graph, inputs: [turned(a, 'transA'), turned(b, 'transB')], shape });
    return alpha === 1 ? plain : multiply(plain, graph.scalar(alpha));
  });
}

/** The last two dimensions exchanged. */
function transposed(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const leading = axes.slice(0, -2);
  return transpose(x, [...leading, axes.length - 1, axes.length - 2]);
}
