/** The examples of docs/bundlers.md, with the package installed into an empty project. Next is no dependency: its page is not run. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import files from '@fastify/static';
import { build as esbuild } from 'esbuild';
import fastify from 'fastify';
import { build as viteBuild, createServer } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from './chromium.js';
import { installPackage } from './installed-package.js';

const POEM = /^(?:.{5}，.{5}。\n?){2}$/u;

/** The examples, by the names of their files. */
const examples = new Map(
  [
    ...readFileSync('docs/bundlers.md', 'utf8').matchAll(
      /```\w+\n(?:\/\/|<!--) (\S+\.\w+)[^\n]*\n([\s\S]*?)```/g,
    ),
  ].map(([, name = '', text = '']) => [name, text]),
);

const TYPED = `
import { checkPoem, Poet, type WriteOptions } from 'shiren';
import { loadPoet } from 'shiren/browser';
const options: WriteOptions = { form: '五言绝句' };
export const regulated: boolean = checkPoem('白日依山尽').regulated;
export const texts = async (poet: Poet): Promise<string[]> => (await poet.write(options)).map(({ text }) => text);
export const inPage = async (): Promise<string[]> => texts(await loadPoet({ model: '/models/miniature' }));
// @ts-expect-error -- there are types, not any
export const wrong: number = Poet.load;
`;

/** A loaded machine bundles slowly. */
const SLOW = 600_000;

let project: string;
beforeAll(async () => {
  project = await installPackage();
  const types = path.join(project, 'node_modules', '@types');
  mkdirSync(types, { recursive: true });
  symlinkSync(path.resolve('node_modules/@types/node'), path.join(types, 'node'), 'junction');
  writeFileSync(path.join(project, 'typed.mts'), TYPED);
  for (const name of ['poem.cjs', 'index.html', 'main.js', 'vite.config.js'])
    writeFileSync(path.join(project, name), examples.get(name) ?? '');
  mkdirSync(path.join(project, 'public'));
  symlinkSync(path.resolve('models'), path.join(project, 'public', 'models'), 'junction');
}, SLOW);

/** Presses the page's button and waits for its poem. */
async function poemOf(address: string): Promise<string> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(address);
    await page.click('button');
    await page.waitForFunction(`document.querySelector('pre').textContent.includes('。')`, undefined, {
      timeout: 120_000,
    });
    expect(faults).toEqual([]);
    return (await page.textContent('pre')) ?? '';
  } finally {
    await browser.close();
  }
}

/** The poem that a folder's page writes, served by a host that knows nothing but files. */
async function poemFrom(folder: string): Promise<string> {
  const host = fastify();
  await host.register(files, { root: folder });
  try {
    return await poemOf(`${await host.listen({ host: '127.0.0.1', port: 0 })}/index.html`);
  } finally {
    await host.close();
  }
}

describe('docs/bundlers.md', { timeout: SLOW }, () => {
  it('CommonJS', () => {
    const run = spawnSync(process.execPath, ['poem.cjs'], { cwd: project, encoding: 'utf8' });
    expect(run.stderr).not.toMatch(/Error/);
    expect(run.stdout.trim()).toMatch(POEM);
  });

  it.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])('types with moduleResolution %s', (moduleResolution, module) => {
    const typescript = path.resolve('node_modules/typescript/bin/tsc');
    const run = spawnSync(
      process.execPath,
      [
        ...[
          typescript,
          '--noEmit',
          '--strict',
          '--skipLibCheck',
          '--target',
          'es2022',
          '--lib',
          'es2023,dom',
        ],
        ...['--types', 'node', '--module', module, '--moduleResolution', moduleResolution, 'typed.mts'],
      ],
      { cwd: project, encoding: 'utf8' },
    );
    expect([run.stdout, run.status]).toEqual(['', 0]);
  });

  it('Vite: a production build', async () => {
    await viteBuild({ root: project, logLevel: 'error', build: { chunkSizeWarningLimit: 10_000 } });
    const dist = path.join(project, 'dist');
    expect(readdirSync(path.join(dist, 'assets')).filter((name) => name.endsWith('.wasm'))).toHaveLength(1);
    if (CHROMIUM !== undefined) expect(await poemFrom(dist)).toMatch(POEM);
  });

  it.skipIf(CHROMIUM === undefined)('Vite: the development server', async () => {
    const server = await createServer({
      root: project,
      logLevel: 'error',
      server: { port: 0, fs: { strict: false } },
    });
    await server.listen();
    try {
      expect(await poemOf(server.resolvedUrls?.local[0] ?? '')).toMatch(POEM);
    } finally {
      await server.close();
    }
  });

  it('esbuild', async () => {
    const out = path.join(project, 'esbuild');
    const { errors } = await esbuild({
      ...{ absWorkingDir: project, entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: out },
      logLevel: 'error',
    });
    expect(errors).toEqual([]);
    const library = path.join(project, 'node_modules/shiren/dist');
    for (const name of readdirSync(library).filter((one) => one.startsWith('ort-wasm-simd-threaded.')))
      cpSync(path.join(library, name), path.join(out, name));
    cpSync(path.join(project, 'index.html'), path.join(out, 'index.html'));
    symlinkSync(path.resolve('models'), path.join(out, 'models'), 'junction');
    if (CHROMIUM !== undefined) expect(await poemFrom(out)).toMatch(POEM);
  });
});

describe('an installation without ONNX Runtime', { timeout: SLOW }, () => {
  it('checks poems, and says how to add what runs models', async () => {
    const folder = await installPackage(['onnxruntime-node']);
    const shiren = (...words: string[]) =>
      spawnSync(process.execPath, ['node_modules/shiren/bin/shiren.js', ...words], {
        cwd: folder,
        encoding: 'utf8',
      });
    expect(shiren('check', '--json', '白日依山尽，黄河入海流。').status).toBe(0);
    const { status, stderr } = shiren('write', '--form', '五言绝句');
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'),
    ]);
  });
});
