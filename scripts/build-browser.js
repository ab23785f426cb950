/**
 * Bundles dist/browser/index.js into dist/shiren.browser.js. What differs in a browser takes the place of what Node.js has: the
 * runtime, devices, threads, locks, the hub, GGUF files, the words of
 * subjects, and the file system (by files in memory). ONNX Runtime's WebAssembly is put beside it.
 */
import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const { version } = JSON.parse(await readFile(path.join(dist, '../package.json'), 'utf8'));

/** Files of src/browser by those of src whose place they take. */
const replaced = {
  'tensor/runtime.js': 'runtime.js',
  'tensor/device.js': 'device.js',
  'tensor/session-pool.js': 'session-pool.js',
  'model/hub.js': 'hub.js',
  'model/hub-dataset.js': 'hub.js',
  'model/gguf/model-folder.js': 'gguf-model-folder.js',
  'corpus/rows.js': 'rows.js',
  'pipeline/import-reward.js': 'import-reward.js',
  'pipeline/programs.js': 'programs.js',
  'support/lock.js': 'lock.js',
  'writing/subject-file.js': 'subject-file.js',
  'support/package-files.js': 'package-files.js',
};

/** What stands for modules of Node.js. Of the others nothing is called; they are only imported by what the bundle leaves out. */
const provided = {
  'node:path': 'path-browserify',
  'node:fs': './browser/file-system.js',
  'node:fs/promises': './browser/file-system.js',
  'node:crypto': './browser/crypto.js',
  'node:os': './browser/os.js',
};

const browserPlugin = {
  name: 'browser',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.js$/ }, (file) => {
      const by = replaced[path.relative(dist, file.path).replaceAll(path.sep, '/')];
      return by && { contents: `export * from './${by}';`, resolveDir: path.join(dist, 'browser') };
    });
    onResolve({ filter: /^node:/ }, ({ path: name }) => ({ path: name, namespace: 'node' }));
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path: name }) => ({
      // A CommonJS module, so that names which it lacks may be imported.
      contents: `module.exports = ${name in provided ? `require('${provided[name]}')` : '{}'};`,
      resolveDir: dist,
    }));
  },
};

await build({
  entryPoints: [path.join(dist, 'browser/index.js')],
  outfile: path.join(dist, 'shiren.browser.js'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  // The runtime takes its WebAssembly and what loads it from files, not from within itself.
  conditions: ['onnxruntime-web-use-extern-wasm', 'module'],
  target: 'es2023',
  // Not white space: with it go the comments that tell bundlers to leave the runtime's own import() alone.
  minifySyntax: true,
  minifyIdentifiers: true,
  legalComments: 'linked',
  plugins: [browserPlugin],
  inject: [path.join(dist, 'browser/globals.js')],
  define: { SHIREN_VERSION: JSON.stringify(version) },
});

const runtime = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
// The last one is never loaded; the runtime names it, and bundlers want to find what is named.
for (const name of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm', 'ort.wasm.min.mjs']) {
  await cp(path.join(runtime, name), path.join(dist, name));
}
