/** What the README says can be done is done here: its library example runs, its commands exist. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('has a library example that runs', async () => {
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    const folder = await mkdtemp(path.join(process.cwd(), 'test', '.readme-'));
    try {
      const file = path.join(folder, 'example.ts');
      await writeFile(file, (example ?? '').replace("from 'shiren'", "from '../../src/index.js'"));
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout.split('\n')[0]).toMatch(/^.{5}[，？！].{5}[。？！]$/u);
      expect(stdout).toContain('true');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names files that exist', () => {
    for (const [, file] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(() => readFileSync(file!)).not.toThrow();
  });
});
