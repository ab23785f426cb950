/**
 * DoRA (weight-decomposed low-rank adaptation, arXiv 2402.09353) as PEFT computes it: the adapted weight W + s·B·A is scaled row by
 * row to a trained length. The length that is divided by counts as a constant on the way back (section 4.3 of the paper).
 */
import { InputError } from '../support/errors.js';
import type { Value } from '../tensor/graph.js';
import { add, divide, gemm, multiply, reduceSum, scale, sqrt } from '../tensor/operators.js';
import type { ModelFolder } from './folder.js';
import type { Adapter, LoraPair } from './lora.js';
import type { NamedMatrix, NetworkWeights } from './network-weights.js';
import { readTensor, type FloatTensor } from './safetensors.js';

/** The adapter with the lengths of the base's own rows: what DoRA starts from. */
export async function withMagnitudes(adapter: Adapter, model: ModelFolder): Promise<Adapter> {
  const layers = new Map<string, LoraPair<FloatTensor>>();
  for (const [name, pair] of adapter.layers) {
    const entry = model.weights.get(`${name}.weight`);
    if (!entry) throw new InputError(`${model.folder}: tensor ${name}.weight is missing`);
    layers.set(name, { ...pair, magnitude: rowLengths(await readTensor(entry), pair.b.shape[0] ?? 0) });
  }
  return { ...adapter, config: { ...adapter.config, useDora: true }, layers };
}

function rowLengths(weight: Float32Array, rows: number): FloatTensor {
  const width = weight.length / rows;
  const data = Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at += 1) sum += weight[at]! ** 2;
    return Math.sqrt(sum);
  });
  return { shape: [rows], data };
}

/**
 * What each output [out] of a projection is multiplied with: magnitude / ‖W + s·B·A‖. The norm is computed without the product:
 * ‖w + s·b·A‖² = ‖w‖² + 2s·(w·Aᵀ)·b + s²·(b·A·Aᵀ)·b for each row.
 */
export function doraScale(
  weights: NetworkWeights,
  matrix: NamedMatrix,
  { a, b, magnitude }: LoraPair<Value>,
  scaling: number,
): Value | undefined {
  if (!magnitude) return undefined;
  const weight = weights.matrix?.(matrix);
  if (!weight)
    throw new InputError('use_dora: needs the base in float32, expected base_dtype (or --dtype) float32');
  const lengths = a.graph.composite(() => {
    const rowSums = (x: Value): Value => reduceSum(x, [1], false);
    const mixed = rowSums(multiply(gemm(weight, a, { transB: true }), b));
    const own = rowSums(multiply(gemm(b, gemm(a, a, { transB: true })), b));
    const base = rowSums(multiply(weight, weight));
    return sqrt(add(base, add(scale(mixed, 2 * scaling), scale(own, scaling * scaling))));
  });
  return divide(magnitude, lengths);
}
