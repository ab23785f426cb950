/** What each architecture reads of a config.json: the published configurations, both spellings, and what is refused. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/architectures/registry.js';
import { rotaryFrequencies } from '../../../src/model/rotary.js';
import { weightShapes } from '../../../src/model/weights.js';

/** Parameters of a model by its config.json. */
function parameters(json: object): number {
  const shapes = [...weightShapes(parseConfig(json, 'config.json')).values()];
  return shapes.map((shape) => shape.reduce((a, b) => a * b, 1)).reduce((a, b) => a + b, 0);
}

const smol = {
  model_type: 'llama',
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  hidden_act: 'silu',
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
};

const llama32 = {
  ...smol,
  vocab_size: 128_256,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  rope_theta: 500_000,
  rope_scaling: {
    factor: 32,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
};

const qwen25 = {
  ...smol,
  model_type: 'qwen2',
  vocab_size: 151_936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  sliding_window: 32_768,
  max_window_layers: 21,
  use_sliding_window: false,
};

const mistral7 = {
  ...smol,
  model_type: 'mistral',
  vocab_size: 32_000,
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  sliding_window: 4096,
  tie_word_embeddings: false,
};

const gemma270 = {
  model_type: 'gemma3_text',
  vocab_size: 262_144,
  hidden_size: 640,
  intermediate_size: 2048,
  num_hidden_layers: 18,
  num_attention_heads: 4,
  num_key_value_heads: 1,
  head_dim: 256,
  hidden_activation: 'gelu_pytorch_tanh',
  query_pre_attn_scalar: 256,
  rope_local_base_freq: 10_000,
  rope_theta: 1_000_000,
  sliding_window: 512,
  max_position_embeddings: 32_768,
};

describe('published sizes', () => {
  it.each([
    ['SmolLM2-135M', 134_515_008, smol],
    ['Llama 3.2 1B', 1_235_814_400, llama32],
    ['Qwen2.5 0.5B', 494_032_768, qwen25],
    ['Mistral 7B', 7_241_732_096, mistral7],
    ['Gemma 3 270M', 268_098_176, gemma270],
  ])('%s has %i parameters', (_, count, json) => {
    expect(parameters(json)).toBe(count);
  });
});

describe('llama', () => {
  it('has biases where its configuration says so', () => {
    const { biases } = parseConfig({ ...smol, attention_bias: true, mlp_bias: true }, 'c');
    expect(biases).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']);
  });

  it('keeps high frequencies, divides low ones and mixes those between, as Llama 3 does', () => {
    const { rotary } = parseConfig(llama32, 'c');
    const plain = rotaryFrequencies({ theta: 500_000 }, 64);
    const ratios = Array.from(
      rotaryFrequencies(rotary.full_attention, 64),
      (value, at) => value / plain[at]!,
    );
    expect(ratios[0]).toBe(1);
    expect(ratios.at(-1)).toBeCloseTo(1 / 32, 12);
    const between = ratios.filter((ratio) => ratio < 1 && ratio > 1 / 31);
    expect(between.length).toBeGreaterThan(0);
    expect(between).toEqual([...between].sort((a, b) => b - a));
  });

  it('divides all frequencies by the factor of linear scaling', () => {
    const { rotary } = parseConfig({ ...smol, rope_scaling: { type: 'linear', factor: 4 } }, 'c');
    expect(rotaryFrequencies(rotary.full_attention, 64)[0]).toBe(0.25);
  });

  it('refuses a kind of scaling that it does not know, by file and key', () => {
    expect(() => parseConfig({ ...smol, rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'c.json')).toThrow(
      'c.json: rope_scaling.rope_type is "yarn", expected "default" or "linear" or "llama3" or "longrope"',
    );
    expect(() => parseConfig({ ...smol, hidden_act: 'gelu' }, 'c.json')).toThrow(
      'c.json: hidden_act is "gelu", expected "silu"',
    );
  });
});

describe('sliding windows', () => {
  const slidingLayers = (json: object): number[] =>
    parseConfig(json, 'c').layerTypes.flatMap((type, layer) => (type === 'sliding_attention' ? [layer] : []));

  it('cover all layers of Mistral, or none', () => {
    expect(slidingLayers(mistral7)).toHaveLength(32);
    expect(slidingLayers({ ...mistral7, sliding_window: null })).toEqual([]);
  });

  it('cover the last layers of Qwen2 if its configuration uses them', () => {
    expect(slidingLayers(qwen25)).toEqual([]);
    expect(slidingLayers({ ...qwen25, use_sliding_window: true })).toEqual([21, 22, 23]);
    expect(slidingLayers({ ...qwen25, use_sliding_window: true, max_window_layers: 0 })).toHaveLength(24);
  });

  it('cover five of six layers of Gemma 3, each type with a base of its own', () => {
    const full = [5, 11, 17];
    expect(slidingLayers(gemma270)).toEqual(
      Array.from({ length: 18 }, (_, at) => at).filter((at) => !full.includes(at)),
    );
    const { rotary, slidingWindow } = parseConfig(gemma270, 'c');
    expect(slidingWindow).toBe(512);
    expect(rotary).toEqual({ full_attention: { theta: 1e6 }, sliding_attention: { theta: 1e4 } });
  });

  it('are those of layer_types where it is there', () => {
    const layers = Array.from({ length: 30 }, (_, at) => (at % 2 ? 'full_attention' : 'sliding_attention'));
    expect(slidingLayers({ ...smol, layer_types: layers, sliding_window: 8 })).toHaveLength(15);
    expect(() => parseConfig({ ...smol, layer_types: layers.slice(1) }, 'c')).toThrow(
      'c: layer_types is ["full_attention"',
    );
  });
});

describe('gemma3_text', () => {
  it('scales its scores by query_pre_attn_scalar and refuses soft-capping', () => {
    expect(parseConfig({ ...gemma270, query_pre_attn_scalar: 168 }, 'c').attentionScale).toBe(168 ** -0.5);
    expect(() => parseConfig({ ...gemma270, final_logit_softcapping: 30 }, 'c')).toThrow(
      'c: final_logit_softcapping is 30, expected no soft-capping',
    );
  });
});
