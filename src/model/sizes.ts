/** The sizes of a network, and reading them from the keys of Hugging Face's config.json. */
import { InputError } from '../support/errors.js';
import type { ConfigKeys } from './config-keys.js';

/** The sizes of a network. Names are those of config.json, in camel case. */
export interface ModelSizes {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly maxPositionEmbeddings: number;
  readonly tieWordEmbeddings: boolean;
}

/** What an architecture supposes of sizes that its config.json does not name. */
export interface SizeDefaults {
  readonly headDim?: number;
  readonly tieWordEmbeddings?: boolean;
}

/** Reads the sizes, under the keys that all architectures share. @throws InputError for a key that is missing or of another type */
export function parseSizes(keys: ConfigKeys, defaults: SizeDefaults = {}): ModelSizes {
  const [hiddenSize, numAttentionHeads] = [keys.number('hidden_size'), keys.number('num_attention_heads')];
  const sizes = {
    vocabSize: keys.number('vocab_size'),
    hiddenSize,
    intermediateSize: keys.number('intermediate_size'),
    numHiddenLayers: keys.number('num_hidden_layers'),
    numAttentionHeads,
    numKeyValueHeads: keys.number('num_key_value_heads', numAttentionHeads),
    headDim: keys.number('head_dim', defaults.headDim ?? hiddenSize / numAttentionHeads),
    rmsNormEps: keys.number('rms_norm_eps', 1e-6),
    maxPositionEmbeddings: keys.number('max_position_embeddings'),
    tieWordEmbeddings: keys.flag('tie_word_embeddings', defaults.tieWordEmbeddings),
  };
  if (numAttentionHeads % sizes.numKeyValueHeads !== 0) {
    throw new InputError(
      `${keys.file}: num_attention_heads ${numAttentionHeads} is no multiple of num_key_value_heads ${sizes.numKeyValueHeads}`,
    );
  }
  if (sizes.headDim % 2 !== 0) throw keys.fault('head_dim', 'an even number');
  return sizes;
}
