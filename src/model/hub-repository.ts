/**
 * Repositories of the Hugging Face hub, models and data sets, in the cache that Python's huggingface_hub uses:
 * `models--OWNER--NAME/{refs,blobs,snapshots}`.
 *
 * HF_HOME or HF_HUB_CACHE say where the cache is, HF_ENDPOINT where the hub is, HF_TOKEN who asks, HF_HUB_OFFLINE that nobody may.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { datasetInfo, HubApiError, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub';
import { download } from '../support/download.js';
import { InputError, messageOf } from '../support/errors.js';
import { hashFile } from '../support/files.js';

export interface DownloadProgress {
  readonly file: string;
  /** Bytes of all files together. */
  readonly done: number;
  readonly total: number;
}

/** A repository: whose, what for, and what messages call it. */
export interface Repository {
  readonly type: 'model' | 'dataset';
  /** OWNER/NAME */
  readonly name: string;
  /** As the user named it. */
  readonly id: string;
}

/** What a revision holds. */
export interface Revision {
  readonly commit: string;
  readonly files: readonly ListFileEntry[];
}

const NOUNS = { model: 'model', dataset: 'data set' } as const;

/** A repository's folder in the cache of huggingface_hub, where its environment variables put it. */
export function cacheOf({ type, name }: Repository): string {
  return path.join(hubCache(), `${type}s--${name.replace('/', '--')}`);
}

/** The folder of all repositories. */
export function hubCache(): string {
  const { HF_HUB_CACHE: cache, HF_HOME: home, XDG_CACHE_HOME: shared } = process.env;
  return (
    cache || path.join(home || path.join(shared || path.join(os.homedir(), '.cache'), 'huggingface'), 'hub')
  );
}

/** Whether HF_HUB_OFFLINE says that the hub is not to be asked. */
export function isOffline(): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((process.env['HF_HUB_OFFLINE'] ?? '').toUpperCase());
}

/** @throws InputError where HF_HUB_OFFLINE is set */
export function requireOnline(repository: Repository): void {
  if (!isOffline()) return;
  throw new InputError(
    `${repository.id}: not in the cache (${cacheOf(repository)}), and HF_HUB_OFFLINE is set`,
  );
}

/** Brings files of a revision into the cache. @returns the folder of the snapshot */
export async function bringFiles(
  repository: Repository,
  { commit, files }: Revision,
  onProgress: (progress: DownloadProgress) => void,
): Promise<string> {
  const cache = cacheOf(repository);
  const snapshot = path.join(cache, 'snapshots', commit);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const blob = path.join(cache, 'blobs', file.lfs?.oid ?? String(file.oid));
    const report = (bytes: number): void => onProgress({ file: file.path, done: before + bytes, total });
    if (!existsSync(blob)) await fetchFile({ repository, commit, file, blob, report });
    before += file.size;
    report(0);
    await link(blob, path.join(snapshot, file.path));
  }
  return snapshot;
}

/** Where the hub is. */
export const endpoint = (): string =>
  (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/$/, '');

/** All files of a revision. @throws InputError where it is not there, or nobody answers */
export async function listRevision(repository: Repository, revision: string): Promise<Revision> {
  const { type, name, id } = repository;
  const { HF_TOKEN: accessToken } = process.env;
  const credentials = { hubUrl: endpoint(), ...(accessToken ? { accessToken } : {}) };
  const asked = { name, revision, additionalFields: ['sha' as const], ...credentials };
  try {
    const { sha } = await (type === 'model' ? modelInfo(asked) : datasetInfo(asked));
    const files: ListFileEntry[] = [];
    const listed = listFiles({
      repo: { type, name },
      revision: sha,
      recursive: type === 'dataset',
      ...credentials,
    });
    for await (const file of listed) if (file.type === 'file' && isBelow(file.path)) files.push(file);
    return { commit: sha, files };
  } catch (error) {
    throw new (isAbsent(error) ? AbsentError : InputError)(`${id}: ${explain(error, NOUNS[type])}`);
  }
}

/** Whether a path stays in the folder that it is relative to. */
const isBelow = (file: string): boolean => !path.isAbsolute(file) && !file.split(/[\\/]/u).includes('..');

/** A repository or a revision that is not there. */
export class AbsentError extends InputError {}

const isAbsent = (error: unknown): boolean => error instanceof HubApiError && error.statusCode === 404;

function explain(error: unknown, noun: string): string {
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 404) return `no such ${noun} at ${endpoint()}`;
  if (status === 401 || status === 403) {
    return `${endpoint()} answers ${status}: the ${noun} is private, gated or does not exist; set HF_TOKEN to a token that may read it`;
  }
  const cause = error instanceof Error && error.cause ? ` (${messageOf(error.cause)})` : '';
  return `cannot be read from ${endpoint()}: ${messageOf(error)}${cause}`;
}

interface RepositoryFile {
  readonly repository: Repository;
  readonly commit: string;
  readonly file: ListFileEntry;
  /** Where the file goes. */
  readonly blob: string;
  readonly report: (bytes: number) => void;
}

/** Downloads one file beside its place, checks it, and puts it there. */
async function fetchFile(options: RepositoryFile): Promise<void> {
  const { repository, commit, file, blob, report } = options;
  const { type, name, id } = repository;
  const place = type === 'model' ? name : `datasets/${name}`;
  const incomplete = `${blob}.incomplete`;
  const { HF_TOKEN: token } = process.env;
  await download({
    url: `${endpoint()}/${place}/resolve/${commit}/${file.path}`,
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
async function verify(incomplete: string, { file, repository: { id } }: RepositoryFile): Promise<void> {
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
