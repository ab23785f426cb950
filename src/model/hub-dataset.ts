/** Data sets of the Hugging Face hub: the files of a split, in the hub's cache. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { cacheFolder, isRecord, readJson, writeJson } from '../support/files.js';
import { MAIN, parseHubId } from './hub.js';
import {
  AbsentError,
  bringFiles,
  cacheOf,
  listRevision,
  requireOnline,
  type DownloadProgress,
  type Repository,
  type Revision,
} from './hub-repository.js';

export interface DatasetChoice {
  /** OWNER/NAME or OWNER/NAME@REVISION */
  readonly id: string;
  /** A subset, where the data set has several. */
  readonly config: string | null;
  readonly split: string;
  /** The ends of names of files that can be read. */
  readonly isData: (file: string) => boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Where the hub keeps every public data set as Parquet: CONFIG/SPLIT/NUMBER.parquet. */
const CONVERTED = 'refs/convert/parquet';

/**
 * The files of a split: from the cache if they were brought before, else downloaded into it. A download that broke off goes on.
 *
 * @throws InputError for a data set, a subset or a split that is not there, and as models do
 */
export async function hubDatasetFiles(choice: DatasetChoice): Promise<string[]> {
  const { name, revision } = parseHubId(choice.id);
  const repository: Repository = { type: 'dataset', name, id: choice.id };
  // Which files a split has is told by the hub; what was told is kept, so that a run goes on without a network.
  const question = JSON.stringify([choice.id, choice.config, choice.split]);
  const key = createHash('sha256').update(question).digest('hex').slice(0, 32);
  const record = path.join(cacheFolder(), 'datasets', `${key}.json`);
  const known = await knownFiles(record, cacheOf(repository));
  if (known) return known;
  requireOnline(repository);
  const found = await chooseFiles(repository, revision, choice);
  const snapshot = await bringFiles(repository, found, choice.onProgress ?? (() => undefined));
  const files = found.files.map((file) => file.path);
  await writeJson(record, { commit: found.commit, files });
  return files.map((file) => path.join(snapshot, file));
}

async function knownFiles(record: string, cache: string): Promise<string[] | undefined> {
  const json = existsSync(record) ? await readJson(record) : undefined;
  if (!isRecord(json) || !Array.isArray(json['files'])) return undefined;
  const snapshot = path.join(cache, 'snapshots', String(json['commit']));
  const files = json['files'].map((file) => path.join(snapshot, String(file)));
  return files.every((file) => existsSync(file)) ? files : undefined;
}

/** Of a data set without a named revision the hub's Parquet; else its own files. */
async function chooseFiles(
  repository: Repository,
  revision: string | undefined,
  choice: DatasetChoice,
): Promise<Revision> {
  if (revision === undefined) {
    try {
      return ofConverted(await listRevision(repository, CONVERTED), choice);
    } catch (error) {
      if (!(error instanceof AbsentError)) throw error;
    }
  }
  return ofOwnFiles(await listRevision(repository, revision ?? MAIN), choice);
}

function ofConverted({ commit, files }: Revision, { id, config, split }: DatasetChoice): Revision {
  const folders = files.map((file) => ({ file, parts: file.path.split('/') }));
  const parquet = folders.filter(({ file, parts }) => parts.length === 3 && file.path.endsWith('.parquet'));
  const configs = [...new Set(parquet.map(({ parts }) => parts[0] ?? ''))];
  const usual = configs.length === 1 ? configs[0] : 'default';
  const chosen = config ?? usual;
  if (chosen === undefined || !configs.includes(chosen)) {
    const found = config ?? 'none';
    throw new InputError(`${id}: dataset_config: found ${found}, expected one of ${configs.join(', ')}`);
  }
  const ofConfig = parquet.filter(({ parts }) => parts[0] === chosen);
  const own = ofConfig.filter(({ parts }) => parts[1] === split || parts[1] === `partial-${split}`);
  if (own.length > 0) return { commit, files: own.map(({ file }) => file) };
  throw noSplit(id, split, [...new Set(ofConfig.map(({ parts }) => parts[1] ?? ''))]);
}

/** How file names say which split they are, as Hugging Face's `datasets` reads them. */
const SPLITS: Readonly<Record<string, RegExp>> = {
  train: /(?:^|[-._ /0-9])(?:train|training)(?=[-._ /0-9]|$)/iu,
  validation: /(?:^|[-._ /0-9])(?:validation|valid|dev|val)(?=[-._ /0-9]|$)/iu,
  test: /(?:^|[-._ /0-9])(?:test|testing|eval|evaluation)(?=[-._ /0-9]|$)/iu,
};

function ofOwnFiles({ commit, files }: Revision, choice: DatasetChoice): Revision {
  const { id, config, split, isData } = choice;
  const data = files.filter(
    ({ path: file }) => isData(file) && (config === null || file.split('/').slice(0, -1).includes(config)),
  );
  if (data.length === 0) {
    const where = config === null ? '' : ` of the subset ${config}`;
    throw new InputError(
      `${id}: no files${where} that can be read, expected JSON Lines, JSON, CSV or Parquet`,
    );
  }
  const named = data.filter(({ path: file }) => Object.values(SPLITS).some((form) => form.test(file)));
  // Files that name no split are all for training.
  if (named.length === 0 && split === 'train') return { commit, files: data };
  const form = Object.hasOwn(SPLITS, split) ? SPLITS[split] : undefined;
  const own = data.filter(({ path: file }) => form?.test(file) ?? file.split(/[-._ /0-9]/u).includes(split));
  if (own.length > 0) return { commit, files: own };
  const found = Object.keys(SPLITS).filter((name) => named.some((file) => SPLITS[name]?.test(file.path)));
  throw noSplit(id, split, found.length > 0 ? found : ['train']);
}

function noSplit(id: string, split: string, known: readonly string[]): InputError {
  return new InputError(`${id}: split ${split}: not there, expected one of ${known.join(', ')}`);
}
