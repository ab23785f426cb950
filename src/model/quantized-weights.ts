/** A network on the int8 copy of its matrices, for training adapters on a frozen base. */
import type { Graph, Value } from '../tensor/graph.js';
import { cast, gather } from '../tensor/operators.js';
import {
  quantizedLinear,
  quantizedProduct,
  quantizedTokenLogProbabilities,
  type QuantizedMatrix,
  type QuantizedWeight,
} from '../tensor/quantized-operators.js';
import type { Qwen3Config } from './config.js';
import { EMBEDDING, outputEmbeddingName, type NetworkWeights } from './network-weights.js';
import { frozenParameters, storedParameter } from './parameters.js';
import type { Direction } from './quantized-file.js';
import type { TensorEntry } from './safetensors.js';

/** @param entries the tensors of the int8 copy */
export function quantizedWeights(
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
  // Rows are read from the float table, of which only those pages come into memory.
  const rows = (name: string, indices: Value): Value =>
    cast(gather(storedParameter(graph, entries, name), indices), 'float32');
  const output = outputEmbeddingName(config);
  return {
    gain: (name, size) => parameters(name, [size]),
    linear: (x, name) => quantizedLinear(x, weight(name)),
    embed: (tokenIds) => rows(EMBEDDING, tokenIds),
    logits: (hidden) => quantizedProduct(hidden, matrix(output, 'forward')),
    logProbabilities: (hidden, targets) =>
      quantizedTokenLogProbabilities(hidden, weight(output), rows(output, targets), targets),
  };
}
