/** Operators that move elements and compute none: shapes, axes, slices, rows by index. */
import { emit } from './emit.js';
import type { Dimension, Shape, Value } from './graph.js';
import { multiply } from './operators.js';

/** The axes of `x` in another order. */
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

/** Values after each other along one axis, which then has this size. */
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

/** Expands dimensions of size 1 to the run-time shape of `like`. */
export function expandLike(x: Value, like: Value): Value {
  return emit('Expand', { graph: x.graph, inputs: [x, shapeOf(like)], shape: like.shape, type: x.type });
}
