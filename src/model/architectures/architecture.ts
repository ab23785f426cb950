/** What an architecture is: how its config.json is read, which weights it has, what one of its blocks computes. */
import type { Value } from '../../tensor/graph.js';
import type { ConfigKeys } from '../config-keys.js';
import type { ModelConfig } from '../config.js';

/** What a block is written with: the parts of a layer under construction, by their names in the checkpoint. */
export interface Block {
  /** A normalisation over the width, by the name of its gain within the layer (`input_layernorm`). */
  norm(x: Value, name: string): Value;
  /** Attention between the projections q, k, v and o. With head norms each head's queries and keys are normalised first. */
  attention(x: Value, options?: { readonly headNorms?: boolean }): Value;
  /** down(activate(gate(x), up(x))) */
  feedForward(x: Value, activate: (gate: Value, up: Value) => Value): Value;
}

/** How GGUF (llama.cpp) keeps a model of an architecture. */
export interface GgufLayout {
  /** Its `general.architecture`. */
  readonly architecture: string;
  /** Its names of the vectors and projections of a layer, by those of the checkpoint. */
  readonly names: Readonly<Record<string, string>>;
  /** Whether the numbers of a head that turn together stand beside each other in queries and keys, not half a head apart. */
  readonly pairsAdjacent?: boolean;
  /** Its own keys, beside those that all have, without the architecture's name. @throws InputError for what llama.cpp cannot compute */
  readonly metadata?: (config: ModelConfig) => Readonly<Record<string, number>>;
  /** Keys of config.json that are read from such keys. */
  configKeys?(metadata: (key: string) => number | undefined): Readonly<Record<string, unknown>>;
}

/** One architecture: one file, one row of the registry. */
export interface Architecture {
  /** Its `model_type` in config.json. */
  readonly modelType: string;
  /** The class of Transformers that is named there. */
  readonly className: string;
  /** @throws InputError for what it does not have */
  parseConfig(keys: ConfigKeys): ModelConfig;
  /** The gains of a layer, by name within it, and their sizes. */
  vectors(config: ModelConfig): Readonly<Record<string, number>>;
  /** What is added to each stored gain: 1 where a checkpoint keeps gains less 1; nothing where absent. */
  readonly gainOffset?: number;
  /** What embeddings are multiplied with; 1 where absent. */
  embeddingScale?(config: ModelConfig): number;
  /** One layer: hidden states [tokens, hidden] in and out. */
  layer(block: Block, x: Value): Value;
  readonly gguf: GgufLayout;
}
