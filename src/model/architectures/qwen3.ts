/** Qwen3 (arXiv 2505.09388), dense: pre-norm blocks, queries and keys normalised head by head, gated feed-forward layers. */
import { swiglu } from '../../tensor/neural-operators.js';
import { add } from '../../tensor/operators.js';
import { parseLayerTypes } from '../config.js';
import { parseRotary } from '../rotary.js';
import { parseSizes, type ModelSizes } from '../sizes.js';
import type { Architecture } from './architecture.js';

export const qwen3: Architecture = {
  modelType: 'qwen3',
  parseConfig(keys) {
    keys.require('hidden_act', 'silu', '"silu"');
    const sizes = parseSizes(keys);
    const rotary = parseRotary(keys, 'full_attention');
    const slides = keys.flag('use_sliding_window');
    const firstSliding = slides ? keys.number('max_window_layers') : Infinity;
    return {
      modelType: 'qwen3',
      ...sizes,
      attentionScale: sizes.headDim ** -0.5,
      biases: keys.flag('attention_bias') ? ['q_proj', 'k_proj', 'v_proj', 'o_proj'] : [],
      ...parseLayerTypes(keys, sizes.numHiddenLayers, (layer) => layer >= firstSliding),
      rotary: { full_attention: rotary, sliding_attention: rotary },
    };
  },
  vectors: ({ hiddenSize, headDim }) => ({
    input_layernorm: hiddenSize,
    'self_attn.q_norm': headDim,
    'self_attn.k_norm': headDim,
    post_attention_layernorm: hiddenSize,
  }),
  layer(block, x) {
    const y = add(x, block.attention(block.norm(x, 'input_layernorm'), { headNorms: true }));
    return add(y, block.feedForward(block.norm(y, 'post_attention_layernorm'), swiglu));
  },
  gguf: {
    architecture: 'qwen3',
    names: {
      input_layernorm: 'attn_norm',
      'self_attn.q_proj': 'attn_q',
      'self_attn.k_proj': 'attn_k',
      'self_attn.v_proj': 'attn_v',
      'self_attn.o_proj': 'attn_output',
      'self_attn.q_norm': 'attn_q_norm',
      'self_attn.k_norm': 'attn_k_norm',
      post_attention_layernorm: 'ffn_norm',
      'mlp.gate_proj': 'ffn_gate',
      'mlp.up_proj': 'ffn_up',
      'mlp.down_proj': 'ffn_down',
    },
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
