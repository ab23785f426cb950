/** Mistral (arXiv 2310.06825): Llama with a window that every layer slides over the text, where `sliding_window` is set. */
import type { Architecture } from './architecture.js';
import { parsePreNorm, PRE_NORM_GGUF_NAMES, preNormLayer, preNormVectors } from './pre-norm.js';

export const mistral: Architecture = {
  modelType: 'mistral',
  className: 'MistralForCausalLM',
  parseConfig(keys) {
    const slides = keys.has('sliding_window');
    return parsePreNorm(keys, { modelType: 'mistral', biases: [], slides: () => slides });
  },
  vectors: preNormVectors,
  layer: preNormLayer,
  gguf: { architecture: 'llama', names: PRE_NORM_GGUF_NAMES, pairsAdjacent: true },
};
