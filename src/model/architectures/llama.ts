/** Llama (arXiv 2302.13971, 2407.21783), and what is built as it: SmolLM, TinyLlama, Yi. Llama 3 stretches its rotary positions. */
import type { Architecture } from './architecture.js';
import { parseBiases, parsePreNorm, PRE_NORM_GGUF_NAMES, preNormLayer, preNormVectors } from './pre-norm.js';

export const llama: Architecture = {
  modelType: 'llama',
  className: 'LlamaForCausalLM',
  parseConfig: (keys) => parsePreNorm(keys, { modelType: 'llama', biases: parseBiases(keys) }),
  vectors: preNormVectors,
  layer: preNormLayer,
  gguf: { architecture: 'llama', names: PRE_NORM_GGUF_NAMES, pairsAdjacent: true },
};
