/** A model opened: configuration, where its weights lie, tokenizer. */
import { existsSync } from 'node:fs';
import { InputError } from '../support/errors.js';
import { resolvePath } from '../support/package-files.js';
import { readConfig } from './architectures/registry.js';
import { readChatTemplate } from './chat-template.js';
import type { ModelConfig } from './config.js';
import { ggufModelFolder, isGgufFile } from './gguf/model-folder.js';
import { hubModelFolder, isHubId, type DownloadProgress } from './hub.js';
import type { TensorEntry } from './safetensors.js';
import { Tokenizer } from './tokenizer.js';
import { locateWeights } from './weights.js';

export interface ModelFolder {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, TensorEntry>;
}

/**
 * The folder of a model that is named by a path (also one inside this package: `models/miniature`), by a GGUF file or by its id on the Hugging Face hub. What is on the hub is downloaded if need be;
 * a GGUF file is unpacked once, into the user's cache.
 */
export async function modelFolder(
  name: string,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<string> {
  if (isGgufFile(name)) return ggufModelFolder(name);
  const folder = resolvePath(name);
  if (existsSync(folder)) return folder;
  if (!isHubId(name))
    throw new InputError(`${name}: no such model folder, and no id of the hub (OWNER/NAME)`);
  return hubModelFolder(name, onProgress);
}

/** Opens a model by its folder or hub id. No weight is read yet. */
export async function openModel(name: string): Promise<ModelFolder> {
  const folder = await modelFolder(name);
  const config = await readConfig(folder);
  return { folder, config, weights: await locateWeights(folder, config) };
}

/** Opens a model and its tokenizer. The chat template is that which the adapter was trained with, where its folder has one. */
export async function openModelWithTokenizer(
  name: string,
  adapter?: string,
): Promise<{ model: ModelFolder; tokenizer: Tokenizer }> {
  const model = await openModel(name);
  const tokenizer = await Tokenizer.load(model.folder);
  const template = adapter === undefined ? undefined : await readChatTemplate(adapter);
  return { model, tokenizer: template === undefined ? tokenizer : tokenizer.withTemplate(template) };
}
