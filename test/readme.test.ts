/** What the README says can be done is done here: its library example runs, its commands exist. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shiren } from './shiren.js';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('has library examples that run', async () => {
    const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    expect(examples.length).toBeGreaterThan(1);
    const folder = await mkdtemp(path.join(process.cwd(), 'test', '.readme-'));
    try {
      for (const [index, example] of examples.entries()) {
        const file = path.join(folder, `example-${index}.ts`);
        await writeFile(file, example.replace("from 'shiren'", "from '../../src/index.js'"));
        const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file], {
          encoding: 'utf8',
        });
        expect(status, stderr).toBe(0);
        if (index === 0) {
          expect(stderr).toBe('');
          expect(stdout.split('\n')[0]).toMatch(/^.{5}[，？！].{5}[。？！]$/u);
          expect(stdout).toContain('true');
        }
        expect(stdout.split('\n')[0]).toMatch(/^(?:.{5}|.{7})[，？！](?:.{5}|.{7})[。？！]$/u);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names commands and options that exist', () => {
    const help = new Map<string, string>();
    for (const [, command = ''] of readme.matchAll(/npx shiren ([^\n`]*)/g)) {
      const [name = '', ...words] = command.replace(/#.*$/, '').split(/\s+/);
      const subcommand = ['data', 'export'].includes(name) ? [name, words[0] ?? ''] : [name];
      const key = subcommand.join(' ');
      if (!help.has(key)) help.set(key, shiren([...subcommand, '--help']).out);
      for (const flag of words.filter((word) => word.startsWith('--')))
        expect(help.get(key), command).toContain(flag);
    }
  });

  it('names files that exist', () => {
    for (const [, file] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(() => readFileSync(file!)).not.toThrow();
  });
});
