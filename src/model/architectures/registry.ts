/** The architectures that models may have, by `model_type`. */
import path from 'node:path';
import { InputError } from '../../support/errors.js';
import { isRecord, readJson } from '../../support/files.js';
import { ConfigKeys } from '../config-keys.js';
import type { ModelConfig } from '../config.js';
import type { Architecture } from './architecture.js';
import { gemma3 } from './gemma3.js';
import { llama } from './llama.js';
import { mistral } from './mistral.js';
import { qwen2 } from './qwen2.js';
import { qwen3 } from './qwen3.js';

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [qwen3, qwen2, llama, mistral, gemma3].map((architecture) => [architecture.modelType, architecture]),
);

/** The architecture of a model. */
export function architectureOf({ modelType }: Pick<ModelConfig, 'modelType'>): Architecture {
  const found = ARCHITECTURES.get(modelType);
  if (!found) throw new Error(`no architecture ${modelType}`);
  return found;
}

/** The architecture that GGUF calls so; undefined for one that is not known here. */
export function architectureOfGguf(name: string): Architecture | undefined {
  return [...ARCHITECTURES.values()].find(({ gguf }) => gguf.architecture === name);
}

/** What stands outside the layers, by its name in the checkpoint: GGUF's name, in all architectures. */
const OUTER_GGUF_NAMES: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** GGUF's name of a tensor of the checkpoint. */
export function ggufName(name: string, { gguf }: Architecture): string {
  const [, layer, part = '', kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const inner = gguf.names[part];
  const found = inner === undefined ? OUTER_GGUF_NAMES[name] : `blk.${layer}.${inner}.${kind}`;
  if (found === undefined) throw new Error(`weight ${name} has no name in GGUF`);
  return found;
}

/**
 * Checks and converts the content of a config.json.
 *
 * @param file the name used in messages
 * @throws InputError for an architecture that is not known here, or a key that is missing or of another type
 */
export function parseConfig(json: unknown, file: string): ModelConfig {
  if (!isRecord(json)) throw new InputError(`${file}: expected an object`);
  const keys = new ConfigKeys(json, file);
  const found = ARCHITECTURES.get(String(json['model_type']));
  if (!found) {
    throw keys.fault('model_type', [...ARCHITECTURES.keys()].map((name) => JSON.stringify(name)).join(', '));
  }
  return found.parseConfig(keys);
}

/** Reads `config.json` of a model folder. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const file = path.join(folder, 'config.json');
  return parseConfig(await readJson(file), file);
}
