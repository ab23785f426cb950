/** The dense sizes of Qwen3 by their published configurations: every weight accounted for, up to the published counts. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/model/architectures/registry.js';
import { weightShapes } from '../../src/model/weights.js';

const shared = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  vocab_size: 151_936,
  head_dim: 128,
  num_key_value_heads: 8,
  hidden_act: 'silu',
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  max_position_embeddings: 40_960,
};

describe('the dense sizes of Qwen3', () => {
  it.each([
    ['0.6B', 596_049_920, 1024, 3072, 28, 16, true],
    ['1.7B', 1_720_574_976, 2048, 6144, 28, 16, true],
    ['4B', 4_022_468_096, 2560, 9728, 36, 32, true],
    ['8B', 8_190_735_360, 4096, 12_288, 36, 32, false],
  ])('%s has %i parameters', (_, parameters, hidden, intermediate, layers, heads, tied) => {
    const config = parseConfig(
      {
        ...shared,
        hidden_size: hidden,
        intermediate_size: intermediate,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        tie_word_embeddings: tied,
      },
      'config.json',
    );
    const sizes = [...weightShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
  });
});
