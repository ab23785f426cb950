/**
 * The operators that graphs are made of: one function each, under ONNX's own name where it has one.
 *
 * Every function checks shapes, appends nodes to the graph of its first argument and returns the result.
 * Gradients live in gradients.ts.
 */
import type { AttributeValue, Attributes, Dimension, ElementType, Graph, Shape, Value } from './graph.js';

const MICROSOFT = 'com.microsoft';

interface Emit {
  readonly graph: Graph;
  readonly inputs: readonly (Value | undefined)[];
  readonly shape: Shape;
  readonly type?: ElementType;
  readonly attributes?: Attributes;
  readonly domain?: string;
}

function emit(operator: string, options: Emit): Value {
  const { graph, inputs, shape, attributes = {}, domain = '' } = options;
  const output = graph.value(operator, options.type ?? 'float32', shape);
  graph.node({ operator, domain, inputs, outputs: [output], attributes });
  return output;
}

/** A float constant as an attribute (ONNX keeps integers and floats apart). */
function float(value: number): AttributeValue {
  return { float: value };
}

/** The shape of two arrays combined element by element (NumPy's broadcasting). */
export function broadcastShape(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  const result: Dimension[] = [];
  for (let index = 0; index < rank; index += 1) {
    const a = left[left.length - rank + index] ?? 1;
    const b = right[right.length - rank + index] ?? 1;
    if (a === b || b === 1) result.push(a);
    else if (a === 1) result.push(b);
    else throw new Error(`shapes [${left.join(', ')}] and [${right.join(', ')}] do not broadcast`);
  }
  return result;
}

function elementwise(operator: string, left: Value, right: Value, type: ElementType = left.type): Value {
  const shape = broadcastShape(left.shape, right.shape);
  return emit(operator, { graph: left.graph, inputs: [left, right], shape, type });
}

function unary(operator: string, x: Value, attributes: Attributes = {}): Value {
  return emit(operator, { graph: x.graph, inputs: [x], shape: x.shape, type: x.type, attributes });
}

export const add = (left: Value, right: Value): Value => elementwise('Add', left, right);
export const subtract = (left: Value, right: Value): Value => elementwise('Sub', left, right);
export const multiply = (left: Value, right: Value): Value => elementwise('Mul', left, right);
export const divide = (left: Value, right: Value): Value => elementwise('Div', left, right);
export const maximum = (left: Value, right: Value): Value => elementwise('Max', left, right);
export const greater = (left: Value, right: Value): Value => elementwise('Greater', left, right, 'bool');

export const negate = (x: Value): Value => unary('Neg', x);
export const exp = (x: Value): Value => unary('Exp', x);
export const log = (x: Value): Value => unary('Log', x);
export const sqrt = (x: Value): Value => unary('Sqrt', x);
export const reciprocal = (x: Value): Value => unary('Reciprocal', x);
export const sigmoid = (x: Value): Value => unary('Sigmoid', x);
export const tanh = (x: Value): Value => unary('Tanh', x);
/** log(1 + exp(x)), without overflow. */
export const softplus = (x: Value): Value => unary('Softplus', x);

/** x · factor for a number known now. */
export const scale = (x: Value, factor: number): Value => multiply(x, x.graph.scalar(factor));

/** log(sigmoid(x)) = −softplus(−x). */
export const logSigmoid = (x: Value): Value => negate(softplus(negate(x)));

/** x · sigmoid(x), the activation of Qwen's feed-forward layers. */
export const silu = (x: Value): Value => multiply(x, sigmoid(x));

export function cast(x: Value, type: ElementType): Value {
  const codes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, bfloat16: 16 };
  return emit('Cast', { graph: x.graph, inputs: [x], shape: x.shape, type, attributes: { to: codes[type] } });
}

/** `where(condition, yes, no)` element by element. */
export function where(condition: Value, yes: Value, no: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape));
  return emit('Where', { graph: condition.graph, inputs: [condition, yes, no], shape, type: yes.type });
}

export interface GemmOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Factor of the product. */
  readonly alpha?: number;
  /** Added to the product, broadcast to its shape. */
  readonly c?: Value;
}

/** alpha · op(a) · op(b) + c for matrices. */
export function gemm(a: Value, b: Value, options: GemmOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1, c } = options;
  const [rows, innerA] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [innerB, columns] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || innerA !== innerB) {
    throw new Error(`gemm: [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit`);
  }
  return emit('Gemm', {
    graph: a.graph,
    inputs: c ? [a, b, c] : [a, b],
    shape: [rows as Dimension, columns as Dimension],
    attributes: { transA: Number(transA), transB: Number(transB), alpha: float(alpha), beta: float(1) },
  });
}

/** Batched matrix product over the last two dimensions; the leading dimensions are equal. */
export function matmul(a: Value, b: Value): Value {
  const inner = a.shape.at(-1);
  if (a.shape.length < 2 || a.shape.length !== b.shape.length || inner !== b.shape.at(-2)) {
    throw new Error(`matmul: [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit`);
  }
  const shape = [...a.shape.slice(0, -1), b.shape.at(-1) as Dimension];
  return emit('MatMul', { graph: a.graph, inputs: [a, b], shape });
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => x.shape[axis] as Dimension);
  return emit('Transpose', {
    graph: x.graph,
    inputs: [x],
    shape,
    type: x.type,
    attributes: { perm: permutation },
  });
}

/** Swaps the last two dimensions. */
export function transposeLast(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/**
 * Gives `x` another shape of as many elements. At most one dimension of `target` may be symbolic (it is
 * inferred at run time), unless `like` names a value whose run-time shape is taken as a whole.
 */
export function reshape(x: Value, target: Shape, like?: Value): Value {
  const graph = x.graph;
  if (like) {
    return emit('Reshape', { graph, inputs: [x, shapeOf(like)], shape: target, type: x.type });
  }
  const sizes = target.map((dimension, axis) => {
    if (typeof dimension === 'number') return dimension;
    return dimension === x.shape[axis] ? 0 : -1;
  });
  if (sizes.filter((size) => size === -1).length > 1) {
    throw new Error(`reshape to [${target.join(', ')}] has two unknown dimensions`);
  }
  return emit('Reshape', { graph, inputs: [x, graph.integers(sizes)], shape: target, type: x.type });
}

/** The shape of `x` at run time, as an int64 vector. */
export function shapeOf(x: Value): Value {
  return x.graph.composite(() =>
    emit('Shape', { graph: x.graph, inputs: [x], shape: [x.shape.length], type: 'int64' }),
  );
}

export function concat(values: readonly Value[], axis: number, size: Dimension): Value {
  const [first] = values;
  if (!first) throw new Error('concat of nothing');
  const shape = first.shape.map((dimension, index) => (index === axis ? size : dimension));
  return emit('Concat', {
    graph: first.graph,
    inputs: values,
    shape,
    type: first.type,
    attributes: { axis },
  });
}

/** Elements `start` (included) to `end` (excluded) along one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const { graph } = x;
  const shape = x.shape.map((dimension, index) => (index === axis ? end - start : dimension));
  const inputs = [x, graph.integers([start]), graph.integers([end]), graph.integers([axis])];
  return emit('Slice', { graph, inputs, shape, type: x.type, attributes: {} });
}

/** Rows of `table` (axis 0) by index. */
export function gather(table: Value, indices: Value): Value {
  const shape = [...indices.shape, ...table.shape.slice(1)];
  return emit('Gather', {
    graph: table.graph,
    inputs: [table, indices],
    shape,
    type: table.type,
    attributes: { axis: 0 },
  });
}

/** Sums `rows` [n, d] into a table of zeros of the shape of `table`, row i at `indices` [n]. */
export function scatterRows(table: Value, indices: Value, rows: Value): Value {
  const { graph } = table;
  return graph.composite(() => {
    const zeros = emit('ConstantOfShape', { graph, inputs: [shapeOf(table)], shape: table.shape });
    const points = reshape(indices, [indices.shape[0] as Dimension, 1]);
    return emit('ScatterND', {
      graph,
      inputs: [zeros, points, rows],
      shape: table.shape,
      attributes: { reduction: 'add' },
    });
  });
}

export function reduceSum(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceSum', x, axes, keepDimensions);
}

export function reduceMean(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceMean', x, axes, keepDimensions);
}

/** The largest element along the axes. Has no gradient rule: use it under {@link Graph.composite}. */
export function reduceMax(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceMax', x, axes, keepDimensions);
}

function reduce(operator: string, x: Value, axes: readonly number[], keepDimensions: boolean): Value {
  const positive = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const shape = keepDimensions
    ? x.shape.map((dimension, axis) => (positive.includes(axis) ? 1 : dimension))
    : x.shape.filter((_, axis) => !positive.includes(axis));
  return emit(operator, {
    graph: x.graph,
    inputs: [x, x.graph.integers(positive)],
    shape,
    attributes: { keepdims: Number(keepDimensions) },
  });
}

/** Expands dimensions of size 1 to the run-time shape of `like`. */
export function expandLike(x: Value, like: Value): Value {
  return emit('Expand', { graph: x.graph, inputs: [x, shapeOf(like)], shape: like.shape, type: x.type });
}

export const softmax = (x: Value): Value => unary('Softmax', x, { axis: -1 });
export const logSoftmax = (x: Value): Value => unary('LogSoftmax', x, { axis: -1 });

/** Root-mean-square normalisation over the last dimension, with a gain. (Zhang and Sennrich 2019) */
export function rmsNorm(x: Value, gain: Value, epsilon: number): Value {
  const { graph } = x;
  const output = graph.value('RMSNorm', 'float32', x.shape);
  const inverse = graph.value('inverse', 'float32', [...x.shape.slice(0, -1), 1]);
  graph.node({
    operator: 'SimplifiedLayerNormalization',
    domain: '',
    inputs: [x, gain],
    outputs: [output, inverse],
    attributes: { axis: -1, epsilon: float(epsilon), stash_type: 1 },
  });
  return output;
}

/**
 * Rotary position embedding (Su et al. 2021) over the halves of each head, as Llama and Qwen apply it.
 * `x` is [rows, heads, length, size], `positions` int64 [rows, length], the tables [positions, size / 2].
 */
export function rotaryEmbedding(x: Value, positions: Value, cosines: Value, sines: Value): Value {
  return emit('RotaryEmbedding', {
    graph: x.graph,
    inputs: [x, positions, cosines, sines],
    shape: x.shape,
    domain: MICROSOFT,
    attributes: { interleaved: 0 },
  });
}

/**
 * log p(target) under softmax(hidden · tableᵀ), one number a row: [n, 1].
 * `hidden` is [n, d], `table` [vocabulary, d], `targets` int64 [n]. Its gradient needs no one-hot matrix:
 * with weights w it is w ⊙ (table[target] − softmax · table).
 */
export function tokenLogProbabilities(hidden: Value, table: Value, targets: Value): Value {
  const { graph } = hidden;
  const rows = hidden.shape[0] as Dimension;
  const built = graph.composite(
    () => {
      const logits = gemm(hidden, table, { transB: true });
      const logProbabilities = logSoftmax(logits);
      const output = emit('GatherElements', {
        graph,
        inputs: [logProbabilities, reshape(targets, [rows, 1])],
        shape: [rows, 1],
        attributes: { axis: 1 },
      });
      return { logProbabilities, output };
    },
    ({ logProbabilities, output }) => ({
      rule: 'TokenLogProbabilities',
      inputs: [hidden, table, targets],
      outputs: [output, logProbabilities],
      attributes: {},
    }),
  );
  return built.output;
}

export interface GroupQueryAttention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** int32 [batch]: tokens of each sequence after this run, less one. */
  readonly lastPositions: Value;
  /** int32 scalar [1]: the longest sequence after this run. */
  readonly totalLength: Value;
  readonly cosines: Value;
  readonly sines: Value;
  readonly heads: number;
  readonly keyValueHeads: number;
}

/**
 * Causal attention with a key-value cache, rotary embedding included; for decoding only, no gradient.
 * Query, key, value are [batch, length, heads · size]; the cache is [batch, heads, past, size].
 */
export function groupQueryAttention(options: GroupQueryAttention): {
  output: Value;
  key: Value;
  value: Value;
} {
  const { query, pastKey, pastValue, heads, keyValueHeads } = options;
  const { graph } = query;
  const presentShape = pastKey.shape.map((dimension, axis) => (axis === 2 ? 'total' : dimension));
  const output = graph.value('attention', 'float32', query.shape);
  const key = graph.value('present_key', 'float32', presentShape);
  const value = graph.value('present_value', 'float32', presentShape);
  graph.node({
    operator: 'GroupQueryAttention',
    domain: MICROSOFT,
    inputs: [
      query,
      options.key,
      options.value,
      pastKey,
      pastValue,
      options.lastPositions,
      options.totalLength,
      options.cosines,
      options.sines,
    ],
    outputs: [output, key, value],
    attributes: { num_heads: heads, kv_num_heads: keyValueHeads, do_rotary: 1, rotary_interleaved: 0 },
  });
  return { output, key, value };
}
