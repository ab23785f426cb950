/** Networks on matrices of few bits: int8 for training adapters on a frozen base, blocks of 4 or 8 bits for decoding. */
import type { Graph, Value } from '../tensor/graph.js';
import { floatRows } from '../tensor/neural-operators.js';
import { split } from '../tensor/shape-operators.js';
import type { QuantizedMatrix } from '../tensor/quantized-products.js';
import {
  blockLinear,
  quantizedLinear,
  quantizedProduct,
  quantizedTokenSoftmax,
  type QuantizedWeight,
} from '../tensor/quantized-operators.js';
import { BLOCK, type BlockBits } from './blocks.js';
import type { ModelConfig } from './config.js';
import { stackName } from './matrix.js';
import { EMBEDDING, outputEmbeddingName, type NamedMatrix, type NetworkWeights } from './network-weights.js';
import { frozenParameters, storedParameter } from './parameters.js';
import type { Direction } from './int8.js';
import { rotationBlock, rotationMatrix } from './rotation.js';
import type { TensorEntry } from './safetensors.js';

const nameOf = (matrices: readonly NamedMatrix[]): string => stackName(matrices.map(({ name }) => name));

/** The widths of the products with each matrix of a stack. */
const widths = (matrices: readonly NamedMatrix[]): number[] => matrices.map(({ shape: [out] }) => out);

/** @param entries the tensors of the int8 form */
export function int8Weights(
  graph: Graph,
  config: ModelConfig,
  entries: ReadonlyMap<string, TensorEntry>,
): NetworkWeights {
  const parameters = frozenParameters(graph, entries);
  const matrix = (name: string, direction: Direction): QuantizedMatrix => ({
    values: storedParameter(graph, entries, `${name}.${direction}`),
    scales: storedParameter(graph, entries, `${name}.${direction}.scales`),
  });
  const rotations = new Map<number, Value>();
  const rotation = (block: number): Value => {
    const known = rotations.get(block);
    if (known) return known;
    const made = graph.constant('rotation', 'float32', [block, block], rotationMatrix(block));
    rotations.set(block, made);
    return made;
  };
  const weight = (name: string, inner: number): QuantizedWeight => ({
    forward: matrix(name, 'forward'),
    backward: matrix(name, 'backward'),
    rotation: rotation(rotationBlock(inner)),
  });
  const head = (): QuantizedWeight => weight(output, config.hiddenSize);
  const output = outputEmbeddingName(config);
  return {
    vector: (name, size) => parameters(name, [size]),
    linear: (x, matrices) =>
      quantizedLinear(x, weight(nameOf(matrices), Number(x.shape[1])), widths(matrices)),
    embed: (tokenIds) => floatRows(storedParameter(graph, entries, EMBEDDING), tokenIds),
    logits: (hidden) => quantizedProduct(hidden, head()),
    tokenSoftmax: (hidden, targets) =>
      quantizedTokenSoftmax(hidden, head(), storedParameter(graph, entries, output), targets),
  };
}

/** @param entries the tensors of the form in blocks */
export function blockWeights(
  graph: Graph,
  config: ModelConfig,
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
    vector: (name, size) => parameters(name, [size]),
    linear: (x, matrices) => split(linear(x, nameOf(matrices)), 1, widths(matrices)),
    embed: (tokenIds) => floatRows(storedParameter(graph, entries, EMBEDDING), tokenIds),
    logits: (hidden) => linear(hidden, outputEmbeddingName(config)),
    tokenSoftmax: () => {
      throw new Error('weights in blocks only decode');
    },
  };
}
