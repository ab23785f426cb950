/** Models of the Hugging Face hub, in its cache. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, readJson, writeFileWhole } from '../support/files.js';
import {
  bringFiles,
  cacheOf,
  listRevision,
  requireOnline,
  type DownloadProgress,
  type Repository,
} from './hub-repository.js';

export type { DownloadProgress } from './hub-repository.js';

const HUB_ID = /^(\w[\w.-]*\/\w[\w.-]*)(?:@([\w./-]+))?$/;

/** Whether a name can be a repository of the hub: OWNER/NAME, or OWNER/NAME@REVISION. */
export function isHubId(name: string): boolean {
  return HUB_ID.test(name);
}

/** The revision where none is named. */
export const MAIN = 'main';

/** The parts of an id. */
export function parseHubId(id: string): { name: string; revision: string | undefined } {
  const [, name = id, revision] = HUB_ID.exec(id) ?? [];
  return { name, revision };
}

/** The files of a repository that a model is opened from. */
function isWanted(file: string): boolean {
  return /^(?:[^/]+\.safetensors|model\.safetensors\.index\.json|(?:generation_)?config\.json|tokenizer(?:_config)?\.json|chat_template\.jinja)$/.test(
    file,
  );
}

/**
 * The folder of a hub model: from the cache if it is whole there, else downloaded into it. A download that broke off goes on where
 * it stopped.
 *
 * @param id OWNER/NAME or OWNER/NAME@REVISION
 * @throws InputError for a model that is not there or may not be read, a connection that breaks off again and again, or a file
 *   that does not have the checksum that the hub states
 */
export async function hubModelFolder(
  id: string,
  onProgress: (progress: DownloadProgress) => void = () => undefined,
): Promise<string> {
  const { name, revision } = parseHubId(id);
  const repository: Repository = { type: 'model', name, id };
  const cache = cacheOf(repository);
  const cached = await cachedSnapshot(cache, revision ?? MAIN);
  if (cached) return cached;
  requireOnline(repository);
  const { commit, files } = await listRevision(repository, revision ?? MAIN);
  const wanted = files.filter(({ path: file }) => isWanted(file));
  const snapshot = await bringFiles(repository, { commit, files: wanted }, onProgress);
  await writeFileWhole(path.join(cache, 'refs', revision ?? MAIN), commit);
  return snapshot;
}

/** The snapshot of a revision, if all that a model needs is in it. */
async function cachedSnapshot(cache: string, revision: string): Promise<string | undefined> {
  const reference = path.join(cache, 'refs', revision);
  const commit = existsSync(reference) ? (await readFile(reference, 'utf8')).trim() : revision;
  const snapshot = path.join(cache, 'snapshots', commit);
  const has = (file: string): boolean => existsSync(path.join(snapshot, file));
  if (!['config.json', 'tokenizer.json', 'tokenizer_config.json'].every(has)) return undefined;
  if (has('model.safetensors')) return snapshot;
  if (!has('model.safetensors.index.json')) return undefined;
  const index = await readJson(path.join(snapshot, 'model.safetensors.index.json'));
  const shards = isRecord(index) && isRecord(index['weight_map']) ? Object.values(index['weight_map']) : [];
  return shards.length > 0 && shards.every((shard) => has(String(shard))) ? snapshot : undefined;
}
