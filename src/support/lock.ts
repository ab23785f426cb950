/** A folder that one process at a time works in. */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { InputError, messageOf } from './errors.js';
import { isRecord } from './files.js';
import { hash32 } from './hash.js';
import { isRunning, processStart } from './process.js';

const NAME = 'run.lock';

/** A lock that vanishes whenever it is looked at, so often, is not understood. */
const MOST_TRIES = 1000;

/** Codes of file systems that have no hard links. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];
/** Milliseconds within which the owner of a lock on such a file system has written itself into it. */
const FILLED_WITHIN = 5000;

/** Whether the process that wrote a lock is still there. A lock of another machine is taken to be held. */
async function isHeld(content: string): Promise<boolean> {
  let owner: unknown;
  try {
    owner = JSON.parse(content);
  } catch {
    return false;
  }
  if (!isRecord(owner) || typeof owner['pid'] !== 'number') return false;
  if (owner['host'] !== hostname()) return true;
  const { start } = owner;
  return isRunning(owner['pid'], typeof start === 'string' ? start : undefined);
}

const codeOf = (error: unknown): unknown => (isRecord(error) ? error['code'] : undefined);

/** What a lock says; undefined where there is none any more, or it is not written yet. @throws InputError for something else of its name */
async function readLock(file: string): Promise<string | undefined> {
  try {
    const found = await lstat(file);
    if (!found.isFile())
      throw new InputError(`${file}: expected a file that locks the folder: remove what is there`);
    const content = await readFile(file, 'utf8');
    if (content === '' && Date.now() - found.mtimeMs < FILLED_WITHIN) {
      await setTimeout(FILLED_WITHIN / 100);
      return undefined;
    }
    return content;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives a lock that is written beside its name. @returns false where there is one already */
async function putInPlace(beside: string, file: string): Promise<boolean> {
  try {
    await link(beside, file).catch(async (error: unknown) => {
      if (!NO_LINKS.includes(codeOf(error))) throw error;
      await copyFile(beside, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Makes a lock. It says whose it is from the moment that it is there: it is written beside and linked to its name. The lock of a
 * process that has ended is replaced, by one of those who find it: the right to replace it is a lock too, named after it.
 *
 * @param mine what the lock says, different for each attempt to get it
 * @throws InputError if another process holds it
 */
async function acquire(file: string, mine: string): Promise<void> {
  const beside = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(beside, mine, { flag: 'wx' });
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if (await putInPlace(beside, file)) return;
      const found = await readLock(file);
      if (found === undefined) continue;
      if (await isHeld(found)) throw heldError(file, found);
      const right = `${file}.${hash32(found).toString(16)}`;
      await acquire(right, mine);
      try {
        if ((await readLock(file)) !== found) continue;
        await rename(beside, file);
        return;
      } finally {
        await rm(right, { force: true });
      }
    }
    throw new InputError(`${file}: comes and goes, tried ${MOST_TRIES} times`);
  } finally {
    await rm(beside, { force: true });
  }
}

function heldError(file: string, content: string): InputError {
  const folder = path.dirname(file);
  return new InputError(
    `${folder}: another run works here (${content}): wait for it or stop it, or choose another folder; if none does, on no machine, remove ${file}`,
  );
}

/**
 * Locks a folder for this process. The lock of a process that was killed is taken over.
 *
 * @returns what gives it back
 * @throws InputError if another process holds the folder, naming it, or if the folder cannot be locked, with the reason
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, NAME);
  const { pid } = process;
  const mine = JSON.stringify({ pid, host: hostname(), start: await processStart(pid), id: randomUUID() });
  try {
    await mkdir(folder, { recursive: true });
    await acquire(file, mine);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${folder}: cannot be locked (${messageOf(error)}), expected a folder that can be written to`,
    );
  }
  return () => rm(file, { force: true });
}

/** Does work in a folder that no other process works in. @throws InputError as {@link lockFolder} does */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const release = await lockFolder(folder);
  try {
    return await work();
  } finally {
    await release();
  }
}
