/** A model folder opened: configuration, where its weights lie, tokenizer. */
import { existsSync } from 'node:fs';
import { InputError } from '../support/errors.js';
import { readConfig, type Qwen3Config } from './config.js';
import type { TensorEntry } from './safetensors.js';
import { Tokenizer } from './tokenizer.js';
import { locateWeights } from './weights.js';

export interface ModelFolder {
  readonly folder: string;
  readonly config: Qwen3Config;
  readonly weights: ReadonlyMap<string, TensorEntry>;
}

/** Opens a Hugging Face model folder. No weight is read yet. */
export async function openModel(folder: string): Promise<ModelFolder> {
  if (!existsSync(folder)) throw new InputError(`${folder}: no such model folder`);
  const config = await readConfig(folder);
  return { folder, config, weights: await locateWeights(folder, config) };
}

/** Opens a model folder and its tokenizer. */
export async function openModelWithTokenizer(
  folder: string,
): Promise<{ model: ModelFolder; tokenizer: Tokenizer }> {
  const model = await openModel(folder);
  const tokenizer = await Tokenizer.load(folder);
  return { model, tokenizer };
}
