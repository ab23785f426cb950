import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolderLock } from '../../src/support/lock.js';
import { processStart } from '../../src/support/process.js';

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

describe('a lock', () => {
  const file = (folder: string): string => path.join(folder, 'run.lock');
  const dead = (): string => {
    // A process that has ended: its number is free, or another's by now.
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    return JSON.stringify({ pid, host: os.hostname(), start: 'long ago', id: randomUUID() });
  };

  it('says whose it is, and is gone afterwards with all that was beside it', async () => {
    const folder = newFolder();
    writeFileSync(file(folder), dead());
    await withFolderLock(folder, async () => {
      expect(JSON.parse(readFileSync(file(folder), 'utf8'))).toMatchObject({
        pid: process.pid,
        host: os.hostname(),
        start: await processStart(process.pid),
      });
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process whose number is another’s now is taken over', async () => {
    const folder = newFolder();
    const owner = { pid: process.pid, host: os.hostname() };
    writeFileSync(file(folder), JSON.stringify({ ...owner, start: 'long ago' }));
    expect(await withFolderLock(folder, async () => 'mine')).toBe('mine');
    writeFileSync(file(folder), JSON.stringify({ ...owner, start: await processStart(process.pid) }));
    await expect(withFolderLock(folder, async () => 'mine')).rejects.toThrow(/wait for it or stop it/);
  });

  it.each<[string, (folder: string) => void]>([
    ['a folder', (folder) => mkdirSync(file(folder))],
    [
      'a folder with something in it',
      (folder) => mkdirSync(path.join(file(folder), 'x'), { recursive: true }),
    ],
    ['a link to nowhere', (folder) => symlinkSync(path.join(folder, 'nowhere'), file(folder))],
    ['a pipe', (folder) => void spawnSync('mkfifo', [file(folder)])],
  ])('is not waited for where %s has its name', async (_, put) => {
    const folder = newFolder();
    put(folder);
    await expect(withFolderLock(folder, async () => 'mine')).rejects.toThrow(
      `${file(folder)}: expected a file that locks the folder`,
    );
  });

  it('that cannot be made is refused with the reason', async () => {
    const folder = newFolder();
    const blocked = path.join(folder, 'file');
    writeFileSync(blocked, '');
    await expect(withFolderLock(path.join(blocked, 'run'), async () => 1)).rejects.toThrow(
      /cannot be locked \(E/,
    );
    // The system has no place to write to here, whoever asks.
    if (!existsSync('/proc/self')) return;
    await expect(withFolderLock('/proc/self', async () => 1)).rejects.toThrow(
      /^\/proc\/self: cannot be locked \(E/,
    );
  });

  it(
    'is held by one of many that want it at the same time, also where all find a dead one',
    { timeout: 180_000 },
    async () => {
      const folder = newFolder();
      const script = `
      import { appendFileSync, writeFileSync } from 'node:fs';
      import { withFolderLock } from './src/support/lock.ts';
      const [folder, dead] = process.argv.slice(1);
      const log = (word) => appendFileSync(folder + '.log', word + '\\n');
      const until = (time) => { while (Date.now() < time); };
      for (let round = 0; round < 20; round += 1) {
        // All begin each round together.
        until(Math.ceil((Date.now() + 50) / 250) * 250);
        await withFolderLock(folder, async () => {
          log('in');
          await new Promise((resolve) => setTimeout(resolve, 5));
          log('out');
        }).catch((error) => { if (!/another run works here/.test(error.message)) log(error.stack); });
        // Now and then somebody was killed with the lock in hand.
        if (Math.random() < 0.5) try { writeFileSync(folder + '/run.lock', dead, { flag: 'wx' }); } catch {}
      }`;
      const processes = Array.from({ length: 6 }, () => {
        const child = spawn(process.execPath, [
          '--import',
          'tsx',
          '--input-type=module',
          '-e',
          script,
          folder,
          dead(),
        ]);
        child.stderr.pipe(process.stderr);
        return once(child, 'exit');
      });
      for (const [code] of await Promise.all(processes)) expect(code).toBe(0);
      const words = readFileSync(`${folder}.log`, 'utf8').trim().split('\n');
      expect(words.length).toBeGreaterThan(20);
      expect(words).toEqual(words.map((_, index) => (index % 2 === 0 ? 'in' : 'out')));
    },
  );
});
