/** What shapes a network, whatever its architecture, and reading its layers' types from the keys of Hugging Face's config.json. */
import type { ConfigKeys } from './config-keys.js';
import type { Projection } from './projections.js';
import type { RotaryConfig } from './rotary.js';
import type { ModelSizes } from './sizes.js';

/** How far a layer looks back: to the beginning, or as far as the sliding window reaches. */
export const LAYER_TYPES = ['full_attention', 'sliding_attention'] as const;
export type LayerType = (typeof LAYER_TYPES)[number];

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
