/**
 * Models of the Hugging Face hub, in the cache that Python's huggingface_hub uses: `models--OWNER--NAME/{refs,blobs,snapshots}`.
 *
 * HF_HOME or HF_HUB_CACHE say where the cache is, HF_ENDPOINT where the hub is, HF_TOKEN who asks, HF_HUB_OFFLINE that nobody may.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HubApiError, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub';
import { download } from '../support/download.js';
import { InputError, messageOf } from '../support/errors.js';
import { hashFile, isRecord, readJson, writeFileWhole } from '../support/files.js';

export interface DownloadProgress {
  readonly file: string;
  /** Bytes of all files together. */
  readonly done: number;
  readonly total: number;
}

const HUB_ID = /^(\w[\w.-]*\/\w[\w.-]*)(?:@([\w./-]+))?$/;

/** Whether a name can be a model of the hub: OWNER/NAME, or OWNER/NAME@REVISION. */
export function isHubId(name: string): boolean {
  return HUB_ID.test(name);
}

/** The files of a repository that a model is opened from. */
function isWanted(file: string): boolean {
  return /^(?:[^/]+\.safetensors|model\.safetensors\.index\.json|(?:generation_)?config\.json|tokenizer(?:_config)?\.json|chat_template\.jinja)$/.test(
    file,
  );
}

function cacheOf(repository: string): string {
  const { HF_HUB_CACHE: cache, HF_HOME: home, XDG_CACHE_HOME: shared } = process.env;
  const hub =
    cache || path.join(home || path.join(shared || path.join(os.homedir(), '.cache'), 'huggingface'), 'hub');
  return path.join(hub, `models--${repository.replace('/', '--')}`);
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
  const [, repository = id, revision = 'main'] = HUB_ID.exec(id) ?? [];
  const cache = cacheOf(repository);
  const cached = await cachedSnapshot(cache, revision);
  if (cached) return cached;
  if (['1', 'ON', 'YES', 'TRUE'].includes((process.env['HF_HUB_OFFLINE'] ?? '').toUpperCase())) {
    throw new InputError(`${id}: not in the cache (${cache}), and HF_HUB_OFFLINE is set`);
  }
  const { commit, files } = await listModel(repository, revision, id);
  const snapshot = path.join(cache, 'snapshots', commit);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const blob = path.join(cache, 'blobs', file.lfs?.oid ?? String(file.oid));
    const report = (bytes: number): void => onProgress({ file: file.path, done: before + bytes, total });
    if (!existsSync(blob)) await fetchFile({ repository, commit, file, blob, id, report });
    before += file.size;
    report(0);
    await link(blob, path.join(snapshot, file.path));
  }
  await writeFileWhole(path.join(cache, 'refs', revision), commit);
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

const endpoint = (): string => (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/$/, '');

async function listModel(
  repository: string,
  revision: string,
  id: string,
): Promise<{ commit: string; files: ListFileEntry[] }> {
  const { HF_TOKEN: accessToken } = process.env;
  const credentials = { hubUrl: endpoint(), ...(accessToken ? { accessToken } : {}) };
  try {
    const info = await modelInfo({ name: repository, revision, additionalFields: ['sha'], ...credentials });
    const repo = { type: 'model', name: repository } as const;
    const files: ListFileEntry[] = [];
    for await (const file of listFiles({ repo, revision: info.sha, ...credentials })) {
      if (file.type === 'file' && isWanted(file.path)) files.push(file);
    }
    return { commit: info.sha, files };
  } catch (error) {
    throw new InputError(`${id}: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 404) return `no such model at ${endpoint()}`;
  if (status === 401 || status === 403) {
    return `${endpoint()} answers ${status}: the model is private, gated or does not exist; set HF_TOKEN to a token that may read it`;
  }
  const cause = error instanceof Error && error.cause ? ` (${messageOf(error.cause)})` : '';
  return `cannot be read from ${endpoint()}: ${messageOf(error)}${cause}`;
}

interface ModelFile {
  readonly repository: string;
  readonly commit: string;
  readonly file: ListFileEntry;
  /** Where the file goes. */
  readonly blob: string;
  readonly id: string;
  readonly report: (bytes: number) => void;
}

/** Downloads one file beside its place, checks it, and puts it there. */
async function fetchFile(options: ModelFile): Promise<void> {
  const { repository, commit, file, blob, id, report } = options;
  const incomplete = `${blob}.incomplete`;
  const { HF_TOKEN: token } = process.env;
  await download({
    url: `${endpoint()}/${repository}/resolve/${commit}/${file.path}`,
    file: incomplete,
    name: `${id}: ${file.path}`,
    size: file.size,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    onProgress: report,
  });
  await verify(incomplete, options);
  await rename(incomplete, blob);
}

/** Compares with the hub's checksum: SHA-256 for large files, git's own for the others. A wrong file is removed. */
async function verify(incomplete: string, { file, id }: ModelFile): Promise<void> {
  const hash = file.lfs ? createHash('sha256') : createHash('sha1').update(`blob ${file.size}\0`);
  const found = await hashFile(incomplete, hash);
  const expected = file.lfs?.oid ?? file.oid;
  if (found === expected) return;
  await rm(incomplete, { force: true });
  throw new InputError(
    `${id}: ${file.path}: checksum ${found}, expected ${expected}; the file was removed, run again`,
  );
}

/** A link from the snapshot to the blob, relative as Python makes it; a copy where links are not allowed (Windows). */
async function link(blob: string, pointer: string): Promise<void> {
  await mkdir(path.dirname(pointer), { recursive: true });
  await rm(pointer, { force: true });
  await symlink(path.relative(path.dirname(pointer), blob), pointer).catch(() => copyFile(blob, pointer));
}
