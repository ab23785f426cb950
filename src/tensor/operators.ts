/**
 * The operators that graphs are made of: one function each, under ONNX's own name where it has one.
 *
 * Every function checks shapes, appends nodes to the graph of its first argument and returns the result.
 * What moves elements only is in shape-operators.ts, what only neural networks need in neural-operators.ts; gradients are in gradients.ts.
 */
import { DATA_TYPE } from './data-types.js';
import { emit, float, MICROSOFT } from './emit.js';
import type { Attributes, Dimension, ElementType, Shape, Value } from './graph.js';

/** The shape of two arrays combined element by element (NumPy's broadcasting). */
function broadcastShape(left: Shape, right: Shape): Shape {
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

/** The same numbers in another element type. */
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

/** The sum along axes. */
export function reduceSum(x: Value, axes: readonly number[], keepDimensions = true): Value {
  return reduce('ReduceSum', x, axes, keepDimensions);
}

/** The mean along axes. */
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
