/**
 * How each operator hands a gradient back: a table of rules, one an operator.
 *
 * To add an operator, write its function in operators.ts, its rule here, and a finite-difference case in
 * test/tensor/gradients.test.ts.
 */
import { allParts, input, output, type GradientRule } from './gradient-rule.js';
import type { Dimension, Graph, TapeEntry, Value } from './graph.js';
import {
  add,
  cast,
  divide,
  exp,
  gemm,
  greater,
  matmul,
  multiply,
  negate,
  reduceMean,
  reduceSum,
  scale,
  sigmoid,
  subtract,
  where,
  type MatmulOptions,
} from './operators.js';
import {
  after,
  concat,
  expandLike,
  gatherElements,
  reshape,
  reshapeLike,
  scatterElements,
  scatterRows,
  slice,
  transpose,
} from './shape-operators.js';
import { masked, rotaryEmbedding } from './neural-operators.js';
import { quantizedLinearRule, quantizedTokenLogProbabilitiesRule } from './quantized-gradients.js';

/** Sums `gradient` over the dimensions along which `target` was broadcast. */
function reduceTo(gradient: Value, target: Value): Value {
  const extra = gradient.shape.length - target.shape.length;
  const leading = gradient.shape.slice(0, extra).map((_, axis) => axis);
  const reduced = extra > 0 ? reduceSum(gradient, leading, false) : gradient;
  const axes = target.shape.flatMap((dimension, axis) =>
    dimension === 1 && reduced.shape[axis] !== 1 ? [axis] : [],
  );
  return axes.length > 0 ? reduceSum(reduced, axes, true) : reduced;
}

/** A rule for an operator of two broadcast inputs. */
function binary(
  left: (dy: Value, a: Value, b: Value) => Value,
  right: (dy: Value, a: Value, b: Value) => Value,
): GradientRule {
  return (entry, dy, needs) => {
    const [a, b] = [input(entry, 0), input(entry, 1)];
    return [
      needs[0] ? reduceTo(left(dy, a, b), a) : undefined,
      needs[1] ? reduceTo(right(dy, a, b), b) : undefined,
    ];
  };
}

/** A rule for an operator of one input: dx from dy, x and y. */
function unary(rule: (dy: Value, x: Value, y: Value) => Value): GradientRule {
  return (entry, dy) => [rule(dy, input(entry, 0), output(entry))];
}

const one = (graph: Graph): Value => graph.scalar(1);

/** For Y = α · op(A) · op(B): the gradients are products of the same kind, of dY with the other matrix. */
function productRule(product: (a: Value, b: Value, options: MatmulOptions) => Value): GradientRule {
  return (entry, dy, needs) => {
    const [a, b] = [input(entry, 0), input(entry, 1)];
    const transA = entry.attributes['transA'] === 1;
    const transB = entry.attributes['transB'] === 1;
    const alpha = (entry.attributes['alpha'] as { float: number }).float;
    const da = (): Value =>
      transA
        ? product(b, dy, { transA: transB, transB: true, alpha })
        : product(dy, b, { transB: !transB, alpha });
    const db = (): Value =>
      transB
        ? product(dy, a, { transA: true, transB: transA, alpha })
        : product(a, dy, { transA: !transA, alpha });
    return [
      needs[0] ? da() : undefined,
      needs[1] ? db() : undefined,
      needs[2] ? reduceTo(dy, input(entry, 2)) : undefined,
    ];
  };
}

const reduceSumRule: GradientRule = (entry, dy) => {
  const x = input(entry, 0);
  const kept = x.shape.map((dimension, axis) =>
    output(entry).shape.length === x.shape.length
      ? (dy.shape[axis] ?? 1)
      : reducedAxes(entry).includes(axis)
        ? 1
        : dimension,
  );
  return [expandLike(reshape(dy, kept), x)];
};

/** The axes of a reduction, read back from its constant input. */
function reducedAxes(entry: TapeEntry): number[] {
  const axes = input(entry, 1);
  const found = axes.graph.initializers.find((initializer) => initializer.value === axes);
  if (!found || found.kind !== 'inline') throw new Error(`${entry.rule} needs constant axes`);
  const { data } = found;
  return Array.from(new BigInt64Array(data.buffer, data.byteOffset, data.byteLength / 8), Number);
}

const softmaxRule = unary((dy, _, y) => multiply(y, subtract(dy, reduceSum(multiply(dy, y), [-1]))));

const logSoftmaxRule = unary((dy, _, y) => subtract(dy, multiply(exp(y), reduceSum(dy, [-1]))));

/**
 * With s = σ(g), h = g·s and y = h·u: du = dy·h, dg = dy·u·(s + h·(1 − s)) = dy·u·(h + s·(1 − h)), which is a pass less. s and h are computed
 * anew, so that they need not be kept.
 */
const swigluRule: GradientRule = (entry, dy, needs) => {
  const [gate, up] = [after(input(entry, 0), dy), input(entry, 1)];
  const s = sigmoid(gate);
  const h = multiply(gate, s);
  const slope = (): Value => add(h, multiply(s, subtract(one(gate.graph), h)));
  return [needs[0] ? multiply(multiply(dy, up), slope()) : undefined, needs[1] ? multiply(dy, h) : undefined];
};

/** Of √(2/π)·(x + 0.044715·x³) twice the factors: gelu(x) is x·σ(2·that), since 1 + tanh(z) = 2σ(2z). */
const GELU_LINEAR = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBIC = GELU_LINEAR * 0.044715;

/**
 * With z = a·g + b·g³, s = σ(z), h = g·s and y = h·u: du = dy·h, dg = dy·u·(s + h·(1 − s)·(a + 3b·g²)). All is computed anew, so that nothing need
 * be kept.
 */
const gegluRule: GradientRule = (entry, dy, needs) => {
  const [gate, up] = [after(input(entry, 0), dy), input(entry, 1)];
  const { graph } = gate;
  const square = multiply(gate, gate);
  const s = sigmoid(multiply(gate, add(scale(square, GELU_CUBIC), graph.scalar(GELU_LINEAR))));
  const h = multiply(gate, s);
  const inner = (): Value => add(scale(square, 3 * GELU_CUBIC), graph.scalar(GELU_LINEAR));
  const slope = (): Value => add(s, multiply(multiply(h, subtract(one(graph), s)), inner()));
  return [needs[0] ? multiply(multiply(dy, up), slope()) : undefined, needs[1] ? multiply(dy, h) : undefined];
};

/**
 * With y = x·r·g, r the inverse root mean square of a row, and w = dy·g·r: dx = w − x·r²·mean(w·x). The output is not read, so that
 * it need not be kept.
 */
const rmsNormRule: GradientRule = (entry, dy, needs) => {
  const [x, gain] = [input(entry, 0), input(entry, 1)];
  const inverse = output(entry, 1);
  const dx = (): Value => {
    const weighted = multiply(multiply(dy, gain), inverse);
    const projection = multiply(multiply(inverse, inverse), reduceMean(multiply(weighted, x), [-1]));
    return subtract(weighted, multiply(x, projection));
  };
  const dGain = (): Value => reduceTo(multiply(dy, multiply(x, inverse)), gain);
  return [needs[0] ? dx() : undefined, needs[1] ? dGain() : undefined];
};

/** The mask's factors are floats computed from bytes: anew, so that only the bytes are kept. */
const maskedRule: GradientRule = (entry, dy) => [masked(dy, after(input(entry, 1), dy), input(entry, 2))];

/**
 * With e the exponentials, t their sums and o one-hot targets, the gradient of the logits is dy·(o − e/t) = −(dy/t)·(e − t·o). The
 * difference is written over e, an element a row, so that rows of the table need neither be gathered nor be scattered.
 */
const tokenLogProbabilitiesRule: GradientRule = (entry, dy, needs) => {
  const [hidden, table, targets] = [input(entry, 0), input(entry, 1), input(entry, 2)];
  const [exponentials, total] = [output(entry, 1), output(entry, 2)];
  const column = reshape(targets, [targets.shape[0] as Dimension, 1]);
  const atTarget = subtract(gatherElements(exponentials, column), total);
  const difference = scatterElements(exponentials, column, atTarget);
  const factor = negate(divide(dy, total));
  const dHidden = (): Value => multiply(factor, gemm(difference, table));
  const dTable = (): Value => gemm(difference, multiply(factor, hidden), { transA: true });
  return [needs[0] ? dHidden() : undefined, needs[1] ? dTable() : undefined];
};

const concatRule: GradientRule = (entry, dy, needs) => {
  const axis = entry.attributes['axis'] as number;
  let start = 0;
  return entry.inputs.map((_, index) => {
    const size = input(entry, index).shape[axis];
    if (typeof size !== 'number') throw new Error('the gradient of Concat needs known sizes along its axis');
    start += size;
    return needs[index] ? slice(dy, axis, start - size, start) : undefined;
  });
};

const splitRule: GradientRule = (entry, _dy, _needs, outputs) => {
  const axis = entry.attributes['axis'] as number;
  return [concat(allParts(entry, outputs), axis, input(entry, 0).shape[axis] ?? 0)];
};

/** The rules by operator. An operator that is absent has no gradient. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  Sub: binary(
    (dy) => dy,
    (dy) => negate(dy),
  ),
  Mul: binary(
    (dy, _, b) => multiply(dy, b),
    (dy, a) => multiply(dy, a),
  ),
  Div: binary(
    (dy, _, b) => divide(dy, b),
    (dy, a, b) => negate(divide(multiply(dy, a), multiply(b, b))),
  ),
  Max: binary(
    (dy, a, b) => multiply(dy, cast(greater(a, b), 'float32')),
    (dy, a, b) => multiply(dy, subtract(one(dy.graph), cast(greater(a, b), 'float32'))),
  ),
  Min: binary(
    (dy, a, b) => multiply(dy, cast(greater(b, a), 'float32')),
    (dy, a, b) => multiply(dy, subtract(one(dy.graph), cast(greater(b, a), 'float32'))),
  ),
  // As torch.clamp: what stands on a bound still moves.
  Clip: (entry, dy) => {
    const [x, least, most] = [input(entry, 0), input(entry, 1), input(entry, 2)];
    const zero = dy.graph.scalar(0);
    return [where(greater(least, x), zero, where(greater(x, most), zero, dy))];
  },
  Neg: unary((dy) => negate(dy)),
  Exp: unary((dy, _, y) => multiply(dy, y)),
  Log: unary((dy, x) => divide(dy, x)),
  Sqrt: unary((dy, _, y) => divide(dy, add(y, y))),
  Reciprocal: unary((dy, _, y) => negate(multiply(dy, multiply(y, y)))),
  Sigmoid: unary((dy, _, y) => multiply(dy, multiply(y, subtract(one(dy.graph), y)))),
  Tanh: unary((dy, _, y) => multiply(dy, subtract(one(dy.graph), multiply(y, y)))),
  Softplus: unary((dy, x) => multiply(dy, sigmoid(x))),
  Where: (entry, dy, needs) => {
    const [condition, yes, no] = [input(entry, 0), input(entry, 1), input(entry, 2)];
    const zero = dy.graph.scalar(0);
    return [
      undefined,
      needs[1] ? reduceTo(where(condition, dy, zero), yes) : undefined,
      needs[2] ? reduceTo(where(condition, zero, dy), no) : undefined,
    ];
  },
  Gemm: productRule(gemm),
  FusedMatMul: productRule(matmul),
  Transpose: (entry, dy) => {
    const permutation = entry.attributes['perm'] as readonly number[];
    return [
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  Reshape: (entry, dy) => [reshapeLike(dy, input(entry, 0))],
  Concat: concatRule,
  Split: splitRule,
  Gather: (entry, dy, needs) => {
    const [table, indices] = [input(entry, 0), input(entry, 1)];
    return [needs[0] ? scatterRows(table, indices, dy) : undefined];
  },
  ReduceSum: reduceSumRule,
  ReduceMean: (entry, dy, needs) => {
    const x = input(entry, 0);
    const sizes = reducedAxes(entry).map((axis) => x.shape[axis]);
    if (!sizes.every((size) => typeof size === 'number')) {
      throw new Error('the gradient of ReduceMean needs known sizes along its axes');
    }
    const count = sizes.reduce((product, size) => product * size, 1);
    const [sum] = reduceSumRule(entry, dy, needs, [dy]);
    return [sum && multiply(sum, dy.graph.scalar(1 / count))];
  },
  Expand: (entry, dy) => [reduceTo(dy, input(entry, 0))],
  Softmax: softmaxRule,
  LogSoftmax: logSoftmaxRule,
  SwiGLU: swigluRule,
  GeGLU: gegluRule,
  Masked: maskedRule,
  SimplifiedLayerNormalization: rmsNormRule,
  RotaryEmbedding: (entry, dy) => [
    rotaryEmbedding(dy, input(entry, 1), input(entry, 2), negate(input(entry, 3))),
  ],
  TokenLogProbabilities: tokenLogProbabilitiesRule,
  QuantizedLinear: quantizedLinearRule,
  QuantizedTokenLogProbabilities: quantizedTokenLogProbabilitiesRule,
};
