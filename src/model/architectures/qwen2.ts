/** Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115): Llama with biases on queries, keys and values. */
import type { Architecture } from './architecture.js';
import { parsePreNorm, PRE_NORM_GGUF_NAMES, preNormLayer, preNormVectors } from './pre-norm.js';
import { qwenSlides } from './qwen3.js';

export const qwen2: Architecture = {
  modelType: 'qwen2',
  className: 'Qwen2ForCausalLM',
  parseConfig: (keys) =>
    parsePreNorm(keys, {
      modelType: 'qwen2',
      biases: ['q_proj', 'k_proj', 'v_proj'],
      slides: qwenSlides(keys),
    }),
  vectors: preNormVectors,
  layer: preNormLayer,
  gguf: { architecture: 'qwen2', names: PRE_NORM_GGUF_NAMES },
};
