/**
 * Fetching the corpus: the Tang poems of chinese-poetry and the measures of their fame, from npm or GitHub.
 *
 * What is checked is what was unpacked: the SHA-256 over the list of the poem files' own SHA-256 sums, in the form that `sha256sum` prints. A
 * package of npm is checked by its integrity before.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { download } from '../support/download.js';
import { InputError, messageOf } from '../support/errors.js';
import { hashFile } from '../support/files.js';
import { githubArchive, npmArchive, type Archive, type FetchSource } from './fetch-sources.js';
import { poemFiles } from './read.js';

const CHECKSUM = 'eecdecf248a3df812fbcaf84b11771a2e660904736caf0ada0f97e8b6f895a8f';

export interface FetchOptions {
  /** The folder that the corpus is put in; must not be there yet. */
  readonly out: string;
  /** GitHub where absent, and npm where GitHub does not answer. */
  readonly from?: FetchSource;
  /** Where archives are instead of GitHub. */
  readonly endpoint?: string;
  /** Another checksum, for another corpus. */
  readonly checksum?: string;
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Called with the reason when npm is gone to in GitHub's place. */
  readonly onFallback?: (reason: string) => void;
}

/** SHA-256 over the lines `<sum>  <name>` of the poem files, in the order of their numbers. */
export async function corpusChecksum(folder: string): Promise<string> {
  const all = createHash('sha256');
  for (const file of await poemFiles(folder)) {
    all.update(`${await hashFile(file)}  ${path.basename(file)}\n`);
  }
  return all.digest('hex');
}

/**
 * Downloads and unpacks the corpus. What was downloaded before a break is gone on from; the folder appears when it is whole.
 *
 * @returns where it came from
 * @throws InputError if the folder is there already, for an archive that cannot be had or read, and for a wrong checksum
 */
export async function fetchCorpus(options: FetchOptions): Promise<FetchSource> {
  const { out, from, endpoint, onFallback } = options;
  if (existsSync(out) && (await readdir(out)).length > 0) {
    throw new InputError(`${out}: is there already, expected a new folder`);
  }
  if (from !== 'npm') {
    try {
      const archive = githubArchive(endpoint);
      await unpack(archive, await bring(archive, 'github', options), options);
      return 'github';
    } catch (error) {
      if (from === 'github' || !(error instanceof Unreachable)) throw error;
      onFallback?.(error.message);
    }
  }
  const archive = await npmArchive();
  await unpack(archive, await bring(archive, 'npm', options), options);
  return 'npm';
}

/** A server that does not answer, or not with the archive. */
class Unreachable extends InputError {}

/** Downloads an archive beside the folder. */
async function bring(
  { url }: Archive,
  from: FetchSource,
  { out, onProgress }: FetchOptions,
): Promise<string> {
  const file = `${path.resolve(out)}.${from}.tar.gz`;
  try {
    await download({ url, file, name: 'chinese-poetry', onProgress });
  } catch (error) {
    throw new Unreachable(messageOf(error));
  }
  return file;
}

/** @throws InputError where the archive is not the one that its integrity (Subresource Integrity) says */
async function verify(file: string, integrity: string): Promise<void> {
  const [algorithm = '', expected = ''] = integrity.split(/-(.*)/su);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  if (hash.digest('base64') === expected) return;
  await rm(file, { force: true });
  throw new InputError(
    `chinese-poetry: the archive has another integrity than ${integrity}; it was removed, run again`,
  );
}

/** Unpacks what is wanted of an archive, checks it, and puts it in its place. */
async function unpack(
  archive: Archive,
  file: string,
  { out, checksum = CHECKSUM }: FetchOptions,
): Promise<void> {
  const beside = `${path.resolve(out)}.${process.pid}.tmp`;
  await mkdir(beside, { recursive: true });
  try {
    if (archive.integrity !== undefined) await verify(file, archive.integrity);
    await extract({
      file,
      cwd: beside,
      strip: 1,
      filter: (name) => archive.isWanted(name),
      strict: true,
    }).catch(async (error: unknown) => {
      await rm(file, { force: true });
      throw new InputError(
        `chinese-poetry: the archive cannot be unpacked (${messageOf(error)}); it was removed, run again`,
      );
    });
    await archive.arrange?.(beside);
    const found = await corpusChecksum(beside);
    if (found !== checksum) {
      await rm(file, { force: true });
      throw new InputError(
        `chinese-poetry: checksum ${found}, expected ${checksum}; the archive was removed, run again`,
      );
    }
    await rm(out, { recursive: true, force: true });
    await rename(beside, out);
    await rm(file, { force: true });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
