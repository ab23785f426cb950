/** The largest singular values of a matrix with their vectors, and its first orthonormal columns: where some adapters begin. */
import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { Random } from '../support/random.js';

/** A matrix [out, in] as the product of two thin ones, [out, r] and [r, in], row by row. */
export interface LowRank {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** A weight [out, in], row by row. */
export interface Weight {
  readonly data: Float32Array;
  readonly out: number;
  readonly in: number;
}

/** Up to so many rows or columns all singular values are computed; beyond, the largest by iteration. */
const SMALL = 512;
/** Iterations, and columns beyond those that are wanted: PEFT's pissa_niter_16. */
const [ITERATIONS, SPARE] = [16, 8];

/**
 * U·√S and √S·Vᵀ of the r largest singular values: the best approximation of rank r, shared evenly.
 *
 * @param seed draws where the iteration for large matrices begins (Halko et al. 2011, arXiv 0909.4061)
 */
export function principalParts(weight: Weight, r: number, seed: number): LowRank {
  const small = Math.min(weight.out, weight.in) <= SMALL;
  const basis = small ? undefined : principalColumns(weight, r + SPARE, seed);
  // With an orthonormal basis Q of the columns, W ≈ Q·(Qᵀ·W), and the second factor is small.
  const core = basis ? transposedProduct(weight, basis).transpose() : asMatrix(weight);
  const wide = core.columns > core.rows;
  const parts = new SingularValueDecomposition(wide ? core.transpose() : core);
  const [u, v] = wide
    ? [parts.rightSingularVectors, parts.leftSingularVectors]
    : [parts.leftSingularVectors, parts.rightSingularVectors];
  const columns = basis ? basis.mmul(u) : u;
  const roots = parts.diagonal.map(Math.sqrt);
  return {
    left: fill(weight.out, r, (row, at) => columns.get(row, at) * (roots[at] ?? 0)),
    right: fill(r, weight.in, (at, column) => v.get(column, at) * (roots[at] ?? 0)),
  };
}

/** The first r columns of Q and rows of R, of W = Q·R. */
export function leadingQr(weight: Weight, r: number): LowRank {
  const first = new Matrix(weight.out, r);
  for (let row = 0; row < weight.out; row += 1) {
    for (let at = 0; at < r; at += 1) first.set(row, at, weight.data[row * weight.in + at] ?? 0);
  }
  const columns = orthonormal(first);
  const rows = transposedProduct(weight, columns);
  return {
    left: fill(weight.out, r, (row, at) => columns.get(row, at)),
    // Below the diagonal R is zero.
    right: fill(r, weight.in, (at, column) => (column < at ? 0 : rows.get(column, at))),
  };
}

function principalColumns(weight: Weight, count: number, seed: number): Matrix {
  const random = Random.for(seed, 'principal');
  let columns = new Matrix(weight.in, count);
  for (let row = 0; row < weight.in; row += 1) {
    for (let at = 0; at < count; at += 1) columns.set(row, at, random.normal());
  }
  let basis = orthonormal(product(weight, columns));
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    columns = orthonormal(transposedProduct(weight, basis));
    basis = orthonormal(product(weight, columns));
  }
  return basis;
}

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix;

function asMatrix({ data, out, in: inner }: Weight): Matrix {
  const matrix = new Matrix(out, inner);
  for (let row = 0; row < out; row += 1) {
    for (let column = 0; column < inner; column += 1)
      matrix.set(row, column, data[row * inner + column] ?? 0);
  }
  return matrix;
}

/** W · X. */
function product({ data, out, in: inner }: Weight, x: Matrix): Matrix {
  const count = x.columns;
  const flat = Float64Array.from(x.to1DArray());
  const sums = new Float64Array(out * count);
  for (let row = 0; row < out; row += 1) {
    for (let column = 0; column < inner; column += 1) {
      const value = data[row * inner + column]!;
      for (let at = 0; at < count; at += 1) sums[row * count + at]! += value * flat[column * count + at]!;
    }
  }
  return Matrix.from1DArray(out, count, sums);
}

/** Wᵀ · X. */
function transposedProduct({ data, out, in: inner }: Weight, x: Matrix): Matrix {
  const count = x.columns;
  const flat = Float64Array.from(x.to1DArray());
  const sums = new Float64Array(inner * count);
  for (let row = 0; row < out; row += 1) {
    for (let column = 0; column < inner; column += 1) {
      const value = data[row * inner + column]!;
      for (let at = 0; at < count; at += 1) sums[column * count + at]! += value * flat[row * count + at]!;
    }
  }
  return Matrix.from1DArray(inner, count, sums);
}

function fill(rows: number, columns: number, value: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, index) =>
    value(Math.floor(index / columns), index % columns),
  );
}
