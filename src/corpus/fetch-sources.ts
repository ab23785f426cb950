/** Where the corpus can be had: the archive of its repository, and its package on npm. Their poems are the same, byte for byte. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord } from '../support/files.js';

/** The commit that figures in this project's documents were measured on. */
export const COMMIT = '99ebbef7e1345c0985c44b9fd96a3f9e776f117b';

/** The package and version that hold the same poems. */
export const PACKAGE = 'chinese-poetry@2.0.1';

export const FETCH_SOURCES = ['npm', 'github'] as const;

export type FetchSource = (typeof FETCH_SOURCES)[number];

/** An archive to download, and what of it is wanted. */
export interface Archive {
  readonly url: string;
  /** Its Subresource Integrity, where one is known. */
  readonly integrity?: string;
  isWanted(name: string): boolean;
  /** Lays out what was unpacked as the repository has it. */
  arrange?(folder: string): Promise<void>;
}

/** The archive of the repository at GitHub, at the commit that is read here. */
export function githubArchive(endpoint = 'https://codeload.github.com'): Archive {
  return {
    url: `${endpoint}/chinese-poetry/chinese-poetry/tar.gz/${COMMIT}`,
    isWanted: (name) =>
      /^[^/]+\/(?:LICENSE$|全唐诗\/(?:poet\.tang\.\d+|唐诗三百首)\.json$|rank\/poet\/poet\.tang\.)/u.test(
        name,
      ),
  };
}

/** Where the folders of the repository are in the package. */
const PACKED_FOLDERS: readonly (readonly [packed: string, folder: string])[] = [
  ['dist/quantangshi', '全唐诗'],
  ['dist/rank', 'rank'],
];

/**
 * The package, from the registry that npm is set up for (.npmrc, the environment): npm itself is asked.
 *
 * @throws InputError where npm does not answer
 */
export async function npmArchive(): Promise<Archive> {
  const { url, integrity } = await askNpm();
  return {
    url,
    integrity,
    isWanted: (name) =>
      /^package\/(?:LICENSE$|dist\/quantangshi\/(?:poet\.tang\.\d+|唐诗三百首)\.json$|dist\/rank\/poet\/poet\.tang\.)/u.test(
        name,
      ),
    async arrange(folder) {
      for (const [packed, place] of PACKED_FOLDERS) {
        const from = path.join(folder, packed);
        if (!existsSync(from)) continue;
        await mkdir(path.dirname(path.join(folder, place)), { recursive: true });
        await rename(from, path.join(folder, place));
      }
      await rm(path.join(folder, 'dist'), { recursive: true, force: true });
    },
  };
}

const npm = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('npm', args, { shell: process.platform === 'win32' })).stdout;

/** As npm does, the registry that it is set up for stands for the public one. */
function throughRegistry(tarball: string, registry: string): string {
  const url = new URL(tarball);
  return url.hostname === 'registry.npmjs.org'
    ? `${registry.trim().replace(/\/$/u, '')}${url.pathname}`
    : tarball;
}

async function askNpm(): Promise<{ url: string; integrity: string }> {
  let answer: unknown;
  let registry: string;
  try {
    answer = JSON.parse(await npm('view', PACKAGE, 'dist', '--json'));
    registry = await npm('config', 'get', 'registry');
  } catch (error) {
    const [line] = messageOf(error)
      .split('\n')
      .filter((one) => /npm (?:error|ERR!)|ENOENT/u.test(one));
    throw new InputError(`${PACKAGE}: npm does not find it (${line ?? 'no answer'})`);
  }
  const { tarball, integrity } = isRecord(answer) ? answer : {};
  if (typeof tarball !== 'string' || typeof integrity !== 'string') {
    throw new InputError(`${PACKAGE}: the registry names no archive with its integrity`);
  }
  return { url: throughRegistry(tarball, registry), integrity };
}
