/** Qwen3 (arXiv 2505.09388), dense: pre-norm blocks, queries and keys normalised head by head, gated feed-forward layers. */
import type { ConfigKeys } from '../config-keys.js';
import type { ModelSizes } from '../sizes.js';
import type { Architecture } from './architecture.js';
import { parseBiases, parsePreNorm, PRE_NORM_GGUF_NAMES, preNormLayer } from './pre-norm.js';

/** Layers from `max_window_layers` on slide a window over the text, if `use_sliding_window` says so. */
export function qwenSlides(keys: ConfigKeys): (layer: number) => boolean {
  const first = keys.flag('use_sliding_window') ? keys.count('max_window_layers', 28) : Infinity;
  return (layer) => layer >= first;
}

export const qwen3: Architecture = {
  modelType: 'qwen3',
  className: 'Qwen3ForCausalLM',
  parseConfig: (keys) =>
    parsePreNorm(keys, {
      modelType: 'qwen3',
      headDim: 128,
      biases: parseBiases(keys),
      slides: qwenSlides(keys),
    }),
  vectors: ({ hiddenSize, headDim }) => ({
    input_layernorm: hiddenSize,
    'self_attn.q_norm': headDim,
    'self_attn.k_norm': headDim,
    post_attention_layernorm: hiddenSize,
  }),
  layer: (block, x) => preNormLayer(block, x, { headNorms: true }),
  gguf: {
    architecture: 'qwen3',
    names: { ...PRE_NORM_GGUF_NAMES, 'self_attn.q_norm': 'attn_q_norm', 'self_attn.k_norm': 'attn_k_norm' },
  },
};

/** A new Qwen3's config.json, in the spelling that every version of Transformers reads. */
export function qwen3ConfigJson(
  sizes: ModelSizes & { readonly ropeTheta: number },
  tokens: { readonly bos: number; readonly eos: number; readonly pad: number },
): Record<string, unknown> {
  return {
    architectures: ['Qwen3ForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: tokens.bos,
    eos_token_id: tokens.eos,
    pad_token_id: tokens.pad,
    head_dim: sizes.headDim,
    hidden_act: 'silu',
    hidden_size: sizes.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: sizes.intermediateSize,
    max_position_embeddings: sizes.maxPositionEmbeddings,
    max_window_layers: sizes.numHiddenLayers,
    model_type: 'qwen3',
    num_attention_heads: sizes.numAttentionHeads,
    num_hidden_layers: sizes.numHiddenLayers,
    num_key_value_heads: sizes.numKeyValueHeads,
    rms_norm_eps: sizes.rmsNormEps,
    rope_scaling: null,
    rope_theta: sizes.ropeTheta,
    sliding_window: null,
    tie_word_embeddings: sizes.tieWordEmbeddings,
    torch_dtype: 'bfloat16',
    use_cache: true,
    use_sliding_window: false,
    vocab_size: sizes.vocabSize,
  };
}
