/**
 * Gemma 3 (arXiv 2503.19786), text: norms before and after attention and feed-forward, gains kept less 1, GeGLU, embeddings times the root of the
 * width, and layers that slide a window, with a rotary base of their own, between those that see everything.
 */
import { InputError } from '../../support/errors.js';
import { geglu } from '../../tensor/neural-operators.js';
import { add } from '../../tensor/operators.js';
import { parseLayerTypes } from '../config.js';
import { parseSizes } from '../sizes.js';
import { parseRotary } from '../rotary.js';
import type { ConfigKeys } from '../config-keys.js';
import type { ModelConfig } from '../config.js';
import type { Architecture } from './architecture.js';
import { parseBiases, PRE_NORM_GGUF_NAMES } from './pre-norm.js';

/** The bases of both types of layer: in the older spelling that of the sliding ones has a key of its own, and is not stretched. */
function parseRotaries(keys: ConfigKeys): ModelConfig['rotary'] {
  return {
    full_attention: parseRotary(keys, 'full_attention', 1_000_000),
    sliding_attention: keys.has('rope_parameters')
      ? parseRotary(keys, 'sliding_attention')
      : { theta: keys.number('rope_local_base_freq', 10_000) },
  };
}

/** llama.cpp scales scores by the size of a head, and has a full layer after so many sliding ones. */
function ggufMetadata(config: ModelConfig): Record<string, number> {
  const { attentionScale, headDim, layerTypes, slidingWindow, rotary } = config;
  if (Math.abs(attentionScale - headDim ** -0.5) > 1e-9) {
    throw new InputError(
      `query_pre_attn_scalar is ${Math.round(attentionScale ** -2)}: GGUF has scores scaled by head_dim (${headDim}) only`,
    );
  }
  const pattern = layerTypes.indexOf('full_attention') + 1 || layerTypes.length + 1;
  const isFull = (layer: number): boolean => (layer + 1) % pattern === 0;
  if (layerTypes.some((type, layer) => (type === 'full_attention') !== isFull(layer))) {
    throw new InputError('layer_types: GGUF has a full layer after equally many sliding ones only');
  }
  return {
    'attention.sliding_window': slidingWindow ?? config.maxPositionEmbeddings,
    'attention.sliding_window_pattern': pattern,
    'rope.freq_base_swa': rotary.sliding_attention.theta,
  };
}

export const gemma3: Architecture = {
  modelType: 'gemma3_text',
  className: 'Gemma3ForCausalLM',
  parseConfig(keys) {
    const activation = keys.has('hidden_activation') ? 'hidden_activation' : 'hidden_act';
    keys.require(activation, 'gelu_pytorch_tanh', '"gelu_pytorch_tanh"');
    keys.require('attn_logit_softcapping', null, 'no soft-capping');
    keys.require('final_logit_softcapping', null, 'no soft-capping');
    keys.require('use_bidirectional_attention', false, 'attention to what came before only');
    const sizes = parseSizes(keys, { headDim: 256, tieWordEmbeddings: true });
    const pattern = keys.number(
      keys.has('sliding_window_pattern') ? 'sliding_window_pattern' : '_sliding_window_pattern',
      6,
    );
    return {
      modelType: 'gemma3_text',
      ...sizes,
      attentionScale: keys.number('query_pre_attn_scalar', 256) ** -0.5,
      biases: parseBiases(keys),
      ...parseLayerTypes(keys, sizes.numHiddenLayers, (layer) => (layer + 1) % pattern !== 0),
      rotary: parseRotaries(keys),
    };
  },
  vectors: ({ hiddenSize, headDim }) => ({
    input_layernorm: hiddenSize,
    'self_attn.q_norm': headDim,
    'self_attn.k_norm': headDim,
    post_attention_layernorm: hiddenSize,
    pre_feedforward_layernorm: hiddenSize,
    post_feedforward_layernorm: hiddenSize,
  }),
  gainOffset: 1,
  embeddingScale: ({ hiddenSize }) => Math.sqrt(hiddenSize),
  layer(block, x) {
    const attended = block.attention(block.norm(x, 'input_layernorm'), { headNorms: true });
    const y = add(x, block.norm(attended, 'post_attention_layernorm'));
    const fed = block.feedForward(block.norm(y, 'pre_feedforward_layernorm'), geglu);
    return add(y, block.norm(fed, 'post_feedforward_layernorm'));
  },
  gguf: {
    architecture: 'gemma3',
    names: {
      ...PRE_NORM_GGUF_NAMES,
      'self_attn.q_norm': 'attn_q_norm',
      'self_attn.k_norm': 'attn_k_norm',
      post_attention_layernorm: 'post_attention_norm',
      pre_feedforward_layernorm: 'ffn_norm',
      post_feedforward_layernorm: 'post_ffw_norm',
    },
    metadata: ggufMetadata,
    configKeys: (metadata) => ({
      query_pre_attn_scalar: metadata('attention.key_length') ?? 256,
      rope_local_base_freq: metadata('rope.freq_base_swa') ?? 10_000,
      sliding_window: metadata('attention.sliding_window') ?? 1024,
      sliding_window_pattern: metadata('attention.sliding_window_pattern') ?? 6,
    }),
  },
};
