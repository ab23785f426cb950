/** What a graph's values take while it runs, told from their shapes: nothing is run. */
import type { Dimension, ElementType, Graph, Node, Shape, Value } from './graph.js';

const BYTES: Readonly<Record<ElementType, number>> = {
  ...{ float32: 4, bfloat16: 2, float16: 2, int64: 8, int32: 4, int8: 1, uint8: 1, bool: 1 },
};

/** Operators whose result is their first input under another shape. */
const ALIASES = new Set(['Reshape', 'Unsqueeze', 'Squeeze', 'Identity']);

/** Operators that write their result over an input of its size which nobody else reads any more. */
const IN_PLACE = new Set([
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Exp',
    'Log',
    'Neg',
    'Sqrt',
    'Softmax',
    'Sigmoid',
    'Where',
    'Clip',
    'Max',
    'Min',
  ],
]);

/** Sizes of dimensions that a graph knows by name. */
type Sizes = ReadonlyMap<string, number>;

const sizeOf = (dimension: Dimension, sizes: Sizes): number | undefined =>
  typeof dimension === 'number' ? dimension : sizes.get(dimension);

/** How many elements a shape has. @throws for a dimension that `sizes` does not have */
function elementsOf(shape: Shape, sizes: Sizes): number {
  return shape.reduce<number>((product, dimension) => {
    const size = sizeOf(dimension, sizes);
    if (size === undefined) throw new Error(`the size of the dimension ${dimension} is not known`);
    return product * size;
  }, 1);
}

const bytesOf = ({ type, shape }: Value, sizes: Sizes): number => BYTES[type] * elementsOf(shape, sizes);

/** With the sizes that follow from these: a name that comes up in a reshape stands for what is left of its input's elements. */
function completed(graph: Graph, given: Readonly<Record<string, number>>): Sizes {
  const sizes = new Map(Object.entries(given));
  for (const { operator, inputs, outputs } of graph.nodes) {
    const [input, output] = [inputs[0], outputs[0]];
    if (!ALIASES.has(operator) || !input || !output) continue;
    const known = output.shape.filter((dimension) => sizeOf(dimension, sizes) !== undefined);
    const [name] = output.shape.filter((dimension) => sizeOf(dimension, sizes) === undefined);
    if (typeof name !== 'string' || known.length !== output.shape.length - 1) continue;
    sizes.set(name, elementsOf(input.shape, sizes) / elementsOf(known, sizes));
  }
  return sizes;
}

/** What a run of a graph holds, in bytes. */
export interface GraphMemory {
  /** What is fed. */
  readonly inputs: number;
  /** The values of one run, at the moment when there are most of them; weights and inputs aside. */
  readonly peak: number;
}

/** @param given sizes of the dimensions that the graph's inputs know by name */
export function graphMemory(graph: Graph, given: Readonly<Record<string, number>>): GraphMemory {
  const sizes = completed(graph, given);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const nodes = runOrder(graph, makers);
  const origin = (value: Value): Value => {
    const maker = makers.get(value);
    const source = maker && ALIASES.has(maker.operator) ? maker.inputs[0] : undefined;
    return source ? origin(source) : value;
  };
  const lastRead = new Map<Value, Node | 'never'>();
  for (const node of nodes) for (const value of node.inputs) if (value) lastRead.set(origin(value), node);
  for (const { value } of graph.outputs) lastRead.set(origin(value), 'never');
  const held = new Map<Value, number>();
  let [now, peak] = [0, 0];
  for (const node of nodes) {
    const ending = [...new Set(node.inputs)].flatMap((value) => {
      const read = value && origin(value);
      return read && held.has(read) && lastRead.get(read) === node ? [read] : [];
    });
    for (const output of node.outputs) {
      if (origin(output) !== output || !lastRead.has(output)) continue;
      const size = bytesOf(output, sizes);
      held.set(output, size);
      const overwritten = IN_PLACE.has(node.operator)
        ? ending.findIndex((value) => held.get(value) === size)
        : -1;
      if (overwritten < 0) now += size;
      else held.delete(ending.splice(overwritten, 1)[0] as Value);
    }
    peak = Math.max(peak, now);
    for (const value of ending) {
      now -= held.get(value) ?? 0;
      held.delete(value);
    }
  }
  return { inputs: graph.inputs.reduce((sum, value) => sum + bytesOf(value, sizes), 0), peak };
}

/**
 * The nodes in the order in which ONNX Runtime runs them: depth first from the nodes that nobody reads, the last one first. Without those that
 * compute constants, which it computes once and for all, and those that reach no output.
 */
function runOrder(graph: Graph, makers: ReadonlyMap<Value, Node>): Node[] {
  const constants = new Set(graph.initializers.map(({ value }) => value));
  for (const { inputs, outputs } of graph.nodes) {
    if (inputs.every((value) => !value || constants.has(value)))
      for (const value of outputs) constants.add(value);
  }
  const places = new Map(graph.nodes.map((node, place) => [node, place]));
  const place = (node: Node): number => places.get(node) ?? 0;
  const makersOf = (values: readonly (Value | undefined)[]): Node[] => {
    const computed = values.flatMap((value) =>
      value && !constants.has(value) ? (makers.get(value) ?? []) : [],
    );
    return [...new Set(computed)].sort((a, b) => place(a) - place(b));
  };
  const ends = makersOf(graph.outputs.map(({ value }) => value));
  const read = new Set(
    visit(ends, (node) => makersOf(node.inputs)).flatMap(({ inputs }) => makersOf(inputs)),
  );
  return visit(
    ends.filter((node) => !read.has(node)),
    (node) => makersOf(node.inputs),
  );
}

/** Nodes behind those that they need, depth first from the last of `from`. */
function visit(from: readonly Node[], needs: (node: Node) => readonly Node[]): Node[] {
  const [order, seen] = [[] as Node[], new Set<Node>()];
  const stack = from.map((node) => ({ node, leaving: false }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, leaving } = next;
    if (leaving) order.push(node);
    if (leaving || seen.has(node)) continue;
    seen.add(node);
    stack.push({ node, leaving: true }, ...needs(node).map((one) => ({ node: one, leaving: false })));
  }
  return order;
}
