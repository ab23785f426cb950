import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemProblem } from '../../src/support/errors.js';
import { run } from '../in-process.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-errors-'));
const file = path.join(folder, 'file');
writeFileSync(file, '');

describe('an error of the system', () => {
  it('is told in a line', async () => {
    const problem = async (work: Promise<unknown>): Promise<string | undefined> =>
      systemProblem(await work.catch((error: unknown) => error));
    expect(await problem(readFile(path.join(folder, 'x')))).toBe(
      `${path.join(folder, 'x')}: no such file or folder (ENOENT)`,
    );
    expect(await problem(writeFile(path.join(file, 'x'), ''))).toMatch(
      /a part of the path is no folder \(ENOTDIR\)$/,
    );
    const full = new Error('fetch failed', {
      cause: Object.assign(new Error('x'), { code: 'ENOTFOUND', hostname: 'h' }),
    });
    expect(systemProblem(full)).toBe('h: no such host (ENOTFOUND)');
    expect(systemProblem(new TypeError('a mistake of ours'))).toBeUndefined();
  });

  it('ends a command with one line and exit code 2', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const studio = ['studio', '--output', path.join(folder, 'out'), '--port'];
    const cases: [string[], RegExp][] = [
      [
        [...studio, String(port)],
        /--port \d+: 127\.0\.0\.1:\d+: the address is in use by another program \(EADDRINUSE\)/,
      ],
      [[...studio, '0', '--host', '203.0.113.7'], /no address of this machine \(EADDRNOTAVAIL\)/],
      [
        ['data', 'text', '--source', 'data/starter', '--out', path.join(file, 'x')],
        /a part of the path is no folder|EEXIST|is there already/,
      ],
    ];
    for (const [args, message] of cases) {
      const { code, text } = await run(...args);
      expect([code, text]).toEqual([2, expect.stringMatching(message)]);
      expect(text.trimEnd().split('\n')).toHaveLength(1);
    }
    server.close();
  });
});
