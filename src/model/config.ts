/** What shapes a network, whatever its architecture, and reading it from the keys of Hugging Face's config.json. */
import { InputError } from '../support/errors.js';
import type { ConfigKeys } from './config-keys.js';
import type { Projection } from './projections.js';
import type { RotaryConfig } from './rotary.js';

/** How far a layer looks back: to the beginning, or as far as the sliding window reaches. */
export const LAYER_TYPES = ['full_attention', 'sliding_attention'] as const;
export type LayerType = (typeof LAYER_TYPES)[number];

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

/** A network: sizes, and what architectures do differently. */
export interface ModelConfig extends ModelSizes {
  /** Names the architecture. */
  readonly modelType: string;
  /** What the product of a query and a key is multiplied with. */
  readonly attentionScale: number;
  /** Projections that add a bias. */
  readonly biases: readonly Projection[];
  /** One a layer. */
  readonly layerTypes: readonly LayerType[];
  /** Tokens that a layer of sliding attention sees, the token itself among them. */
  readonly slidingWindow?: number;
  /** Rotary positions of each type of layer. */
  readonly rotary: Readonly<Record<LayerType, RotaryConfig>>;
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

/** The window of sliding layers, and which layers slide: as `layer_types` says, or as `slides` does where the key is absent. */
export function parseLayerTypes(
  keys: ConfigKeys,
  layers: number,
  slides: (layer: number) => boolean,
): Pick<ModelConfig, 'layerTypes' | 'slidingWindow'> {
  const layerTypes = keys.has('layer_types')
    ? keys.words('layer_types', LAYER_TYPES, layers)
    : Array.from({ length: layers }, (_, layer) => (slides(layer) ? 'sliding_attention' : 'full_attention'));
  if (!layerTypes.includes('sliding_attention')) return { layerTypes };
  return { layerTypes, slidingWindow: keys.number('sliding_window') };
}
