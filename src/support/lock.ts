/** A folder that one process at a time works in. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from './errors.js';
import { isRecord } from './files.js';

const NAME = 'run.lock';

/** Whether the process that wrote a lock is still there. A lock of another machine is taken to be held. */
function isHeld(content: string): boolean {
  let owner: unknown;
  try {
    owner = JSON.parse(content);
  } catch {
    return false;
  }
  if (!isRecord(owner) || typeof owner['pid'] !== 'number') return false;
  if (owner['host'] !== hostname()) return true;
  try {
    process.kill(owner['pid'], 0);
    return true;
  } catch (error) {
    // The process is there, but belongs to someone else.
    return isRecord(error) && error['code'] === 'EPERM';
  }
}

/**
 * Does work in a folder that no other process works in. The lock of a process that was killed is taken over.
 *
 * @throws InputError if another process holds the folder, naming it
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, NAME);
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  for (;;) {
    const handle = await open(file, 'wx').catch(() => undefined);
    if (handle) {
      await handle.writeFile(mine);
      await handle.close();
      break;
    }
    const content = await readFile(file, 'utf8').catch(() => '');
    if (isHeld(content)) {
      throw new InputError(`${folder}: another run works here (${content}), expected a folder of its own`);
    }
    await rm(file, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
