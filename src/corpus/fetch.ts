/**
 * Fetching the corpus: the repository chinese-poetry at a pinned commit, of which the Tang poems and the measures of fame are unpacked.
 *
 * The archive is made anew by the server and has no checksum of its own; what is checked is what was unpacked: the SHA-256 over the
 * list of the poem files' own SHA-256 sums, in the form that `sha256sum` prints.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar';
import { download } from '../support/download.js';
import { InputError, messageOf } from '../support/errors.js';
import { hashFile } from '../support/files.js';
import { poemFiles } from './read.js';

/** The commit that figures in this project's documents were measured on. */
export const COMMIT = '99ebbef7e1345c0985c44b9fd96a3f9e776f117b';
const CHECKSUM = 'eecdecf248a3df812fbcaf84b11771a2e660904736caf0ada0f97e8b6f895a8f';

export interface FetchOptions {
  /** The folder that the corpus is put in; must not be there yet. */
  readonly out: string;
  /** Where archives are; GitHub where absent. */
  readonly endpoint?: string;
  /** Another checksum, for another corpus. */
  readonly checksum?: string;
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

const isWanted = (name: string): boolean =>
  /^[^/]+\/(?:LICENSE$|全唐诗\/(?:poet\.tang\.\d+|唐诗三百首)\.json$|rank\/poet\/poet\.tang\.)/u.test(name);

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
 * @throws InputError if the folder is there already, for an archive that cannot be had or read, and for a wrong checksum
 */
export async function fetchCorpus(options: FetchOptions): Promise<void> {
  const { out, endpoint = 'https://codeload.github.com', checksum = CHECKSUM } = options;
  if (existsSync(out) && (await readdir(out)).length > 0) {
    throw new InputError(`${out}: is there already, expected a new folder`);
  }
  const archive = `${path.resolve(out)}.tar.gz`;
  const url = `${endpoint}/chinese-poetry/chinese-poetry/tar.gz/${COMMIT}`;
  await download({ url, file: archive, name: 'chinese-poetry', onProgress: options.onProgress });
  const beside = `${path.resolve(out)}.${process.pid}.tmp`;
  await mkdir(beside, { recursive: true });
  try {
    await extract({ file: archive, cwd: beside, strip: 1, filter: isWanted, strict: true }).catch(
      async (error: unknown) => {
        await rm(archive, { force: true });
        throw new InputError(
          `chinese-poetry: the archive cannot be unpacked (${messageOf(error)}); it was removed, run again`,
        );
      },
    );
    const found = await corpusChecksum(beside);
    if (found !== checksum) {
      await rm(archive, { force: true });
      throw new InputError(
        `chinese-poetry: checksum ${found}, expected ${checksum}; the archive was removed, run again`,
      );
    }
    await rm(out, { recursive: true, force: true });
    await rename(beside, out);
    await rm(archive, { force: true });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
