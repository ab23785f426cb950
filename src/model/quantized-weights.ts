/** Networks on matrices of few bits: int8 for training adapters on a frozen base, blocks of 4 or 8 bits for decoding. */
import type { Graph, Value } from '../tensor/graph.js';
import { cast, gather, split } from '../tensor/operators.js';
import {
  blockLinear,
  quantizedLinear,
  quantizedProduct,
  quantizedTokenLogProbabilities,
  type QuantizedMatrix,
  type QuantizedWeight,
} from '../tensor/quantized-operators.js';
import { BLOCK, type BlockBits } from './blocks.js';
import type { Qwen3Config } from './config.js';
import { stackName } from './matrix.js';
import { EMBEDDING, outputEmbeddingName, type NamedMatrix, type NetworkWeights } from './network-weights.js';
import { frozenParameters, storedParameter } from './parameters.js';
import type { Direction } from './int8.js';
import type { TensorEntry } from './safetensors.js';

const nameOf = (matrices: readonly NamedMatrix[]): string => stackName(matrices.map(({ name }) => name));

/** The products with each matrix of a stack, from the product with all. */
function splitStack(product: Value, matrices: readonly NamedMatrix[]): Value[] {
  if (matrices.length === 1) return [product];
  return split(
    product,
    1,
    matrices.map(({ shape: [out] }) => out),
  );
}

/** Token ids to rows of the float table, of which only those pages come into memory. */
function storedRows(
  graph: Graph,
  entries: ReadonlyMap<string, TensorEntry>,
  name: string,
  indices: Value,
): Value {
  return cast(gather(storedParameter(graph, entries, name), indices), 'float32');
}

/** @param entries the tensors of the int8 form */
export function int8Weights(
  graph: Graph,
  config: Qwen3Config,
  entries: ReadonlyMap<string, TensorEntry>,
): NetworkWeights {
  const parameters = frozenParameters(graph, entries);
  const matrix = (name: string, direction: Direction): QuantizedMatrix => ({
    values: storedParameter(graph, entries, `${name}.${direction}`),
    scales: storedParameter(graph, entries, `${name}.${direction}.scales`),
  });
  const weight = (name: string): QuantizedWeight => ({
    forward: matrix(name, 'forward'),
    backward: matrix(name, 'backward'),
  });
  const rows = (name: string, indices: Value): Value => storedRows(graph, entries, name, indices);
  const output = outputEmbeddingName(config);
  return {
    gain: (name, size) => parameters(name, [size]),
    linear: (x, matrices) => splitStack(quantizedLinear(x, weight(nameOf(matrices))), matrices),
    embed: (tokenIds) => rows(EMBEDDING, tokenIds),
    logits: (hidden) => quantizedProduct(hidden, matrix(output, 'forward')),
    logProbabilities: (hidden, targets) =>
      quantizedTokenLogProbabilities(hidden, weight(output), rows(output, targets), targets),
  };
}

/** @param entries the tensors of the form in blocks */
export function blockWeights(
  graph: Graph,
  config: Qwen3Config,
  entries: ReadonlyMap<string, TensorEntry>,
  bits: BlockBits,
): NetworkWeights {
  const parameters = frozenParameters(graph, entries);
  const linear = (x: Value, name: string): Value =>
    blockLinear(x, {
      codes: storedParameter(graph, entries, `${name}.codes`),
      scales: storedParameter(graph, entries, `${name}.scales`),
      bits,
      blockSize: BLOCK,
    });
  return {
    gain: (name, size) => parameters(name, [size]),
    linear: (x, matrices) => splitStack(linear(x, nameOf(matrices)), matrices),
    embed: (tokenIds) => storedRows(graph, entries, EMBEDDING, tokenIds),
    logits: (hidden) => linear(hidden, outputEmbeddingName(config)),
    logProbabilities: () => {
      throw new Error('weights in blocks only decode');
    },
  };
}
