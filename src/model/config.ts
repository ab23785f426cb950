/** The configuration of a Qwen3 model, read from Hugging Face's config.json. */
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';

/** What shapes a dense Qwen3. Names are those of config.json, in camel case. */
export interface Qwen3Config {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly maxPositionEmbeddings: number;
  readonly tieWordEmbeddings: boolean;
}

/**
 * Checks and converts the content of a config.json. Both spellings of the rotary base are read: `rope_theta`,
 * and `rope_parameters.rope_theta` of Transformers 5.
 *
 * @param file the name used in messages
 * @throws InputError for another architecture, or a key that is missing or of another type
 */
export function parseConfig(json: unknown, file: string): Qwen3Config {
  if (!isRecord(json)) throw new InputError(`${file}: expected an object`);
  if (json['model_type'] !== 'qwen3') {
    throw new InputError(
      `${file}: model_type is ${JSON.stringify(json['model_type'])}, expected "qwen3" (dense)`,
    );
  }
  const number = (source: Record<string, unknown>, key: string): number => {
    const value = source[key];
    if (typeof value !== 'number' || !(value > 0)) {
      throw new InputError(`${file}: ${key} is ${JSON.stringify(value)}, expected a positive number`);
    }
    return value;
  };
  if (json['use_sliding_window'] === true) {
    throw new InputError(`${file}: use_sliding_window is true, expected full attention in every layer`);
  }
  if (json['attention_bias'] === true) {
    throw new InputError(`${file}: attention_bias is true, expected projections without bias`);
  }
  const rope = isRecord(json['rope_parameters']) ? json['rope_parameters'] : json;
  const ropeType = rope['rope_type'] ?? 'default';
  if (ropeType !== 'default' || (json['rope_scaling'] ?? null) !== null) {
    throw new InputError(
      `${file}: rope scaling (${JSON.stringify(ropeType)}) is not supported, expected "default"`,
    );
  }
  const config: Qwen3Config = {
    vocabSize: number(json, 'vocab_size'),
    hiddenSize: number(json, 'hidden_size'),
    intermediateSize: number(json, 'intermediate_size'),
    numHiddenLayers: number(json, 'num_hidden_layers'),
    numAttentionHeads: number(json, 'num_attention_heads'),
    numKeyValueHeads: number(json, 'num_key_value_heads'),
    headDim: number(json, 'head_dim'),
    rmsNormEps: number(json, 'rms_norm_eps'),
    ropeTheta: number(rope, 'rope_theta'),
    maxPositionEmbeddings: number(json, 'max_position_embeddings'),
    tieWordEmbeddings: json['tie_word_embeddings'] === true,
  };
  if (config.numAttentionHeads % config.numKeyValueHeads !== 0) {
    throw new InputError(
      `${file}: num_attention_heads ${config.numAttentionHeads} is no multiple of num_key_value_heads ${config.numKeyValueHeads}`,
    );
  }
  return config;
}

/** Reads `config.json` of a model folder. */
export async function readConfig(folder: string): Promise<Qwen3Config> {
  const file = path.join(folder, 'config.json');
  return parseConfig(await readJson(file), file);
}

/** The configuration as Hugging Face's config.json, in the spelling that every version of Transformers reads. */
export function toConfigJson(config: Qwen3Config, tokens: { bos: number; eos: number; pad: number }): object {
  return {
    architectures: ['Qwen3ForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: tokens.bos,
    eos_token_id: tokens.eos,
    pad_token_id: tokens.pad,
    head_dim: config.headDim,
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositionEmbeddings,
    max_window_layers: config.numHiddenLayers,
    model_type: 'qwen3',
    num_attention_heads: config.numAttentionHeads,
    num_hidden_layers: config.numHiddenLayers,
    num_key_value_heads: config.numKeyValueHeads,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    sliding_window: null,
    tie_word_embeddings: config.tieWordEmbeddings,
    torch_dtype: 'bfloat16',
    use_cache: true,
    use_sliding_window: false,
    vocab_size: config.vocabSize,
  };
}
