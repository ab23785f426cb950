/**
 * The operators that graphs are made of: one function each, under ONNX's own name where it has one.
 *
 * Every function checks shapes, appends nodes to the graph of its first argument and returns the result.
 * What only neural networks need is in neural-operators.ts; gradients are in gradients.ts.
 */
import { DATA_TYPE } from './data-types.js';
import { emit, float, MICROSOFT } from './emit.js';
import type { Attributes, Dimension, ElementType, Shape, Value } from './graph.js';

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
export const minimum = (left: Value, right: Value): Value => elementwise('Min', left, right);
export const greater = (left: Value, right: Value): Value => elementwise('Greater', left, right, 'bool');

/** x, no less than `least` and no more than `most`: scalars. */
export function clip(x: Value, least: Value, most: Value): Value {
  return emit('Clip', { graph: x.graph, inputs: [x, least, most], shape: x.shape });
}

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

export function cast(x: Value, type: ElementType): Value {
  return emit('Cast', {
    graph: x.graph,
    inputs: [x],
    shape: x.shape,
    type,
    attributes: { to: DATA_TYPE[type] },
  });
}

/** `where(condition, yes, no)` element by element. */
export function where(condition: Value, yes: Value, no: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape));
  return emit('Where', { graph: condition.graph, inputs: [condition, yes, no], shape, type: yes.type });
}

export interface MatmulOptions {
  /** Take the left (right) matrix transposed. */
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Factor of the product. */
  readonly alpha?: number;
}

export interface GemmOptions extends MatmulOptions {
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

/** alpha · op(a) · op(b) over the last two dimensions; the leading dimensions are equal. */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1 } = options;
  const [rows, innerA] = transA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
  const [innerB, columns] = transB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
  if (a.shape.length < 2 || a.shape.length !== b.shape.length || innerA !== innerB) {
    throw new Error(`matmul: [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit`);
  }
  return emit('FusedMatMul', {
    graph: a.graph,
    domain: MICROSOFT,
    inputs: [a, b],
    shape: [...a.shape.slice(0, -2), rows as Dimension, columns as Dimension],
    attributes: { transA: Number(transA), transB: Number(transB), alpha: float(alpha) },
  });
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

/** A shape as ONNX's Reshape reads it: 0 keeps `x`'s own dimension at that place, −1 is inferred. */
function reshapeSizes(x: Value, target: Shape): number[] {
  return target.map((dimension, axis) => {
    if (typeof dimension === 'number') return dimension;
    return dimension === x.shape[axis] ? 0 : -1;
  });
}

const unknowns = (sizes: readonly number[]): number => sizes.filter((size) => size === -1).length;

/**
 * Gives `x` another shape of as many elements. At most one dimension of `target` may be symbolic and differ from `x`'s at the same
 * place; it is inferred at run time.
 */
export function reshape(x: Value, target: Shape): Value {
  const sizes = reshapeSizes(x, target);
  if (unknowns(sizes) > 1) throw new Error(`reshape to [${target.join(', ')}] has two unknown dimensions`);
  return reshapeBy(x, x.graph.integers(sizes), target);
}

/** Gives `x` the shape that an int64 vector holds at run time; `shape` names its dimensions. */
export function reshapeTo(x: Value, target: Value, shape: Shape): Value {
  x.graph.runtimeShapes.set(shape.join(), target);
  return reshapeBy(x, target, shape);
}

function reshapeBy(x: Value, target: Value, shape: Shape): Value {
  return emit('Reshape', { graph: x.graph, inputs: [x, target], shape, type: x.type });
}

/** Gives `x` the shape of `like`, which is read only where it cannot be told otherwise: so `like` need not be kept for its shape. */
export function reshapeLike(x: Value, like: Value): Value {
  const sizes = reshapeSizes(x, like.shape);
  if (unknowns(sizes) <= 1) return reshapeBy(x, x.graph.integers(sizes), like.shape);
  const known = x.graph.runtimeShapes.get(like.shape.join());
  return reshapeBy(x, known ?? shapeOf(like), like.shape);
}

/**
 * `x` as it is, but there only once `first` is, which has its shape, or 1 where `x` has a fixed size. The runtime orders nodes by what
 * its outputs need: what reads `x` too early keeps its results for long, what reads it too late keeps `x`. Nor does it take
 * what is computed from it for what was computed from `x` before. Costs nothing, since a reshape moves no data.
 */
export function after(x: Value, first: Value): Value {
  const factors = x.shape.map((size, axis) => (size === first.shape[axis] ? 1 : Number(size)));
  const same = factors.every((factor) => factor === 1);
  const shape = same ? shapeOf(first) : multiply(shapeOf(first), x.graph.integers(factors));
  return reshapeBy(x, shape, x.shape);
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
  if (values.length === 1) return first;
  const shape = first.shape.map((dimension, index) => (index === axis ? size : dimension));
  return emit('Concat', {
    graph: first.graph,
    inputs: values,
    shape,
    type: first.type,
    attributes: { axis },
  });
}

/** Adds dimensions of size 1 that will stand at these places. No gradient. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  const rest = [...x.shape];
  const shape = Array.from({ length: x.shape.length + axes.length }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.shift() as Dimension),
  );
  return emit('Unsqueeze', { graph: x.graph, inputs: [x, x.graph.integers(axes)], shape, type: x.type });
}

/** The whole numbers from `from` (included) to `to` (excluded), both int64 [1]: a vector of length `size`. */
export function range(from: Value, to: Value, size: Dimension): Value {
  const { graph } = from;
  const scalar = (x: Value): Value => emit('Squeeze', { graph, inputs: [x], shape: [], type: 'int64' });
  const one = graph.constant('one', 'int64', [], BigInt64Array.of(1n));
  return emit('Range', { graph, inputs: [scalar(from), scalar(to), one], shape: [size], type: 'int64' });
}

/** Elements `start` (included) to `end` (excluded) along one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const { graph } = x;
  const shape = x.shape.map((dimension, index) => (index === axis ? end - start : dimension));
  const inputs = [x, graph.integers([start]), graph.integers([end]), graph.integers([axis])];
  return emit('Slice', { graph, inputs, shape, type: x.type, attributes: {} });
}

/** Cuts `x` along one axis into parts of these sizes. */
export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  if (sizes.length === 1) return [x];
  return splitBy(x, axis, x.graph.integers(sizes), sizes);
}

/** The same by sizes that are known only when the graph runs (int64, a vector); `dimensions` says what they are called. */
export function splitBy(x: Value, axis: number, sizes: Value, dimensions: Shape): Value[] {
  const { graph } = x;
  const outputs = dimensions.map((size) =>
    graph.value(
      'Split',
      x.type,
      x.shape.map((dimension, index) => (index === axis ? size : dimension)),
    ),
  );
  graph.node({ operator: 'Split', domain: '', inputs: [x, sizes], outputs, attributes: { axis } });
  return outputs;
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

/** Elements of `x` [n, m] by their places in its rows: int64 [n, k]. */
export function gatherElements(x: Value, indices: Value): Value {
  const { graph } = x;
  const shape = indices.shape;
  return emit('GatherElements', {
    graph,
    inputs: [x, indices],
    shape,
    type: x.type,
    attributes: { axis: 1 },
  });
}

/** `x` [n, m] with the elements at `indices` [n, k] of its rows replaced by `updates` [n, k]; no gradient. */
export function scatterElements(x: Value, indices: Value, updates: Value): Value {
  const { graph, shape } = x;
  return emit('ScatterElements', { graph, inputs: [x, indices, updates], shape, attributes: { axis: 1 } });
}

/** The `count` largest elements of each row of `x` [n, m], the largest first, and their places: int64 [n, count]. No gradient. */
export function topK(x: Value, count: number): [values: Value, indices: Value] {
  const { graph } = x;
  const shape = [x.shape[0] as Dimension, count];
  const [values, indices] = [graph.value('TopK', x.type, shape), graph.value('TopK', 'int64', shape)];
  graph.node({
    operator: 'TopK',
    domain: '',
    inputs: [x, graph.integers([count])],
    outputs: [values, indices],
    attributes: { axis: 1 },
  });
  return [values, indices];
}

/**
 * Sums `rows` [n, d] into a table of zeros of the shape of `table`, row i at `indices` [n].
 *
 * By ScatterElements, and not by ScatterND: that one adds rows of one index on several threads at once, and loses some.
 */
export function scatterRows(table: Value, indices: Value, rows: Value): Value {
  const { graph } = table;
  return graph.composite(() => {
    const zeros = emit('ConstantOfShape', { graph, inputs: [shapeOf(table)], shape: table.shape });
    const column = reshape(indices, [indices.shape[0] as Dimension, 1]);
    return emit('ScatterElements', {
      graph,
      inputs: [zeros, expandLike(column, rows), rows],
      shape: table.shape,
      attributes: { axis: 0, reduction: 'add' },
    });
  });
}

export function reduceSum(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceSum', x, axes, keepDimensions);
}

export function reduceMean(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceMean', x, axes, keepDimensions);
}

/** The largest along axes; no gradient. */
export function reduceMax(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceMax', x, axes, keepDimensions);
}

/** log Σ exp(x) over the axes; no rule of differentiation, for inference only. */
export function logSumExp(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceLogSumExp', x, axes, keepDimensions);
}

/** The smallest along axes; no gradient. */
export function reduceMin(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceMin', x, axes, keepDimensions);
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
