/** What README and guides say can be done is done here: their examples run, their commands and files exist, the reference is whole. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Application } from 'typedoc';
import { describe, expect, it } from 'vitest';
import { shiren } from './shiren.js';

const GUIDES = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const DOCUMENTS = [
  'README.zh-CN.md',
  'docs/zh/poems.md',
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  'models/README.md',
  'bench/README.md',
  ...GUIDES,
];
const textOf = (file: string): string => readFileSync(file, 'utf8');
const blocks = (file: string, language: string): string[] =>
  [...textOf(file).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code = '']) => code,
  );

describe.each(DOCUMENTS)('%s', (file) => {
  const text = textOf(file);

  it.skipIf(blocks(file, 'ts').length === 0)('has library examples that run', async () => {
    const folder = await mkdtemp(path.join(process.cwd(), 'test', '.example-'));
    try {
      for (const [index, example] of blocks(file, 'ts').entries()) {
        const script = path.join(folder, `example-${index}.ts`);
        await writeFile(script, example.replace("from 'shiren'", "from '../../src/index.js'"));
        const run = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
        expect(run.status, run.stderr).toBe(0);
        expect(run.stdout.split('\n')[0]).toMatch(/^(?:.{5}|.{7})[，？！](?:.{5}|.{7})[。？！]$/u);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names commands and options that exist', () => {
    const help = new Map<string, string>();
    for (const [, command = ''] of text.matchAll(/npx shiren ([^\n`|]*)/g)) {
      const [name = '', ...words] = command.replace(/#.*$/, '').split(/\s+/);
      const subcommand = ['data', 'export'].includes(name) ? [name, words[0] ?? ''] : [name];
      const key = subcommand.join(' ');
      if (!help.has(key)) help.set(key, shiren([...subcommand, '--help']).out);
      for (const flag of words.filter((word) => word.startsWith('--')))
        expect(help.get(key), command).toContain(flag);
    }
  });

  it('names files that exist', () => {
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(existsSync(path.join(path.dirname(file), link)), link).toBe(true);
  });
});

describe.each(GUIDES)('the commands of %s', (file) => {
  it.skipIf(blocks(file, 'sh').length === 0)('run, one after another', { timeout: 600_000 }, () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const cli = path.resolve('test/run-cli.ts');
    const npx = `npx() { shift; "${process.execPath}" --import "${tsx}" "${cli}" "$@"; }`;
    const cwd = mkdtempSync(path.join(os.tmpdir(), 'shiren-guide-'));
    for (const block of blocks(file, 'sh')) {
      const run = spawnSync('bash', ['-c', `set -eo pipefail\n${npx}\n${block}`], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, LANG: 'en_US.UTF-8', SHIREN_CACHE: path.join(cwd, 'cache') },
      });
      expect([run.status, run.status === 0 ? '' : run.stderr], block).toEqual([0, '']);
      expect(run.stdout).not.toBe('');
    }
  });
});

describe('the reference', () => {
  it('is made from docstrings, and every export has one', async () => {
    const app = await Application.bootstrapWithPlugins({ emit: 'none', logLevel: 'None' });
    const project = await app.convert();
    expect(project).toBeDefined();
    app.validate(project!);
    expect([app.logger.errorCount, app.logger.validationWarningCount]).toEqual([0, 0]);
  });
});
