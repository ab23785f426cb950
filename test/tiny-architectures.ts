/** A tiny model of each architecture, for tests: the keys of its config.json that differ from the tiny Qwen3's. */
export const TINY_ARCHITECTURES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  qwen3: { model_type: 'qwen3' },
  qwen2: { model_type: 'qwen2', head_dim: 8 },
  llama: { model_type: 'llama', tie_word_embeddings: false, rope_theta: 500_000 },
  'llama with biases': { model_type: 'llama', attention_bias: true },
  'llama, stretched': {
    model_type: 'llama',
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  },
  mistral: { model_type: 'mistral', sliding_window: 256 },
  gemma3_text: {
    model_type: 'gemma3_text',
    hidden_activation: 'gelu_pytorch_tanh',
    query_pre_attn_scalar: 16,
    layer_types: ['sliding_attention', 'full_attention'],
    sliding_window: 16,
    rope_parameters: {
      full_attention: { rope_type: 'default', rope_theta: 1_000_000 },
      sliding_attention: { rope_type: 'default', rope_theta: 10_000 },
    },
  },
};
