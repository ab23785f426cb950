/** What the network does with its weights, in whatever precision they are kept. */
import type { Value } from '../tensor/graph.js';
import { tokenSoftmax, type VocabularySoftmax } from '../tensor/neural-operators.js';
import { gemm } from '../tensor/operators.js';
import { gather } from '../tensor/shape-operators.js';
import type { ModelConfig } from './config.js';
import type { Parameters } from './parameters.js';

/** A weight [out, in] by its name in the checkpoint. */
export interface NamedMatrix {
  readonly name: string;
  readonly shape: readonly [number, number];
}

/** The weights of a network under construction. Names are the checkpoint's. */
export interface NetworkWeights {
  /** A vector: the gain of a normalisation, or a bias: [size]. */
  vector(name: string, size: number): Value;
  /** x · Wᵀ for each of some weights W [out, in]. */
  linear(x: Value, matrices: readonly NamedMatrix[]): Value[];
  /** A weight [out, in] itself, as floats; absent where there is none. */
  matrix?(matrix: NamedMatrix): Value;
  /** Token ids [n] to their embeddings [n, hidden]. */
  embed(tokenIds: Value): Value;
  /** Hidden states [n, hidden] to logits [n, vocabulary]. */
  logits(hidden: Value): Value;
  /** The softmax over the vocabulary of each hidden state, and log p(target) under it. */
  tokenSoftmax(hidden: Value, targets: Value): VocabularySoftmax;
}

export const EMBEDDING = 'model.embed_tokens.weight';

/** The name of the matrix that turns hidden states into logits. */
export function outputEmbeddingName(config: ModelConfig): string {
  return config.tieWordEmbeddings ? EMBEDDING : 'lm_head.weight';
}

/** Weights as float values of the graph, frozen or trained. */
export function floatWeights(config: ModelConfig, parameters: Parameters): NetworkWeights {
  const table = (name: string): Value => parameters(name, [config.vocabSize, config.hiddenSize]);
  const output = (): Value => table(outputEmbeddingName(config));
  return {
    vector: (name, size) => parameters(name, [size]),
    linear: (x, matrices) =>
      matrices.map(({ name, shape }) => gemm(x, parameters(name, shape), { transB: true })),
    matrix: ({ name, shape }) => parameters(name, shape),
    embed: (tokenIds) => gather(table(EMBEDDING), tokenIds),
    logits: (hidden) => gemm(hidden, output(), { transB: true }),
    tokenSoftmax: (hidden, targets) => tokenSoftmax(hidden, output(), targets),
  };
}
