import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolderLock } from '../../src/support/lock.js';

const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-lock-'));

describe('a folder of one run', () => {
  it('is refused to a second run, and free after the first', async () => {
    const folder = newFolder();
    const result = await withFolderLock(folder, async () => {
      await expect(withFolderLock(folder, () => Promise.resolve(1))).rejects.toThrow(
        `${folder}: another run works here`,
      );
      return 'done';
    });
    expect(result).toBe('done');
    expect(await withFolderLock(folder, () => Promise.resolve(2))).toBe(2);
  });

  it('is free after work that failed', async () => {
    const folder = newFolder();
    await expect(withFolderLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path.join(folder, 'run.lock'))).toBe(false);
  });

  it('is held by another process as long as it lives, and taken over when it was killed', async () => {
    const folder = newFolder();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    await once(other, 'spawn');
    const lock = JSON.stringify({ pid: other.pid, host: os.hostname() });
    writeFileSync(path.join(folder, 'run.lock'), lock);
    await expect(withFolderLock(folder, () => Promise.resolve())).rejects.toThrow(`"pid":${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(await withFolderLock(folder, () => Promise.resolve('mine'))).toBe('mine');
  });
});
