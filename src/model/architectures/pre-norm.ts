/** What Llama and those that follow it share: pre-norm blocks of attention and a gated feed-forward layer. */
import type { Value } from '../../tensor/graph.js';
import { swiglu } from '../../tensor/neural-operators.js';
import { add } from '../../tensor/operators.js';
import type { ConfigKeys } from '../config-keys.js';
import { parseLayerTypes, type ModelConfig } from '../config.js';
import { parseSizes, type ModelSizes } from '../sizes.js';
import { PROJECTIONS, type Projection } from '../projections.js';
import { parseRotary } from '../rotary.js';
import type { Block } from './architecture.js';

/** x + attention(norm(x)), then + feedForward(norm(x)), with SwiGLU. */
export function preNormLayer(block: Block, x: Value, options?: { readonly headNorms?: boolean }): Value {
  const y = add(x, block.attention(block.norm(x, 'input_layernorm'), options));
  return add(y, block.feedForward(block.norm(y, 'post_attention_layernorm'), swiglu));
}

export const preNormVectors = ({ hiddenSize }: ModelSizes): Record<string, number> => ({
  input_layernorm: hiddenSize,
  post_attention_layernorm: hiddenSize,
});

/** GGUF's names of what such a layer has. */
export const PRE_NORM_GGUF_NAMES = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
} as const;

const isAttention = (projection: Projection): boolean => /^[qkvo]_/.test(projection);

/** The projections that `attention_bias` and `mlp_bias` give a bias. */
export function parseBiases(keys: ConfigKeys): Projection[] {
  const [attention, feedForward] = [keys.flag('attention_bias'), keys.flag('mlp_bias')];
  return PROJECTIONS.filter((projection) => (isAttention(projection) ? attention : feedForward));
}

/** What architectures of such layers do differently. */
export interface PreNormVariant {
  readonly modelType: string;
  readonly biases: readonly Projection[];
  /** Layers that slide a window over the text, where `layer_types` does not say. */
  readonly slides?: (layer: number) => boolean;
  /** The size of a head where config.json does not name it; that which divides the width evenly where absent. */
  readonly headDim?: number;
}

/** Reads the configuration of such a network; rotary positions are the same in every layer. */
export function parsePreNorm(keys: ConfigKeys, variant: PreNormVariant): ModelConfig {
  const { modelType, biases, slides = () => false, headDim } = variant;
  keys.require('hidden_act', 'silu', '"silu"');
  const sizes = parseSizes(keys, { headDim });
  const rotary = parseRotary(keys, 'full_attention');
  return {
    modelType,
    ...sizes,
    attentionScale: sizes.headDim ** -0.5,
    biases,
    ...parseLayerTypes(keys, sizes.numHiddenLayers, slides),
    rotary: { full_attention: rotary, sliding_attention: rotary },
  };
}
