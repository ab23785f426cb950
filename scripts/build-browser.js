/**
 * Bundles dist/browser/index.js into dist/shiren.browser.js. What differs in a browser takes the place of what Node.js has: the
 * runtime, devices, checksums, the hub, GGUF files, and the file system (by files in memory).
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const replaced = {
  [path.join(dist, 'tensor/runtime.js')]: '../browser/runtime.js',
  [path.join(dist, 'tensor/device.js')]: '../browser/device.js',
  [path.join(dist, 'model/checksum.js')]: '../browser/checksum.js',
  [path.join(dist, 'model/hub.js')]: '../browser/hub.js',
  [path.join(dist, 'model/gguf/model-folder.js')]: '../../browser/gguf-model-folder.js',
};

/** What stands for modules of Node.js. Of the others nothing is called; they are only imported by what the bundle leaves out. */
const provided = {
  'node:path': "module.exports = require('path-browserify');",
  'node:fs': "module.exports = require('./browser/file-system.js');",
  'node:fs/promises': "module.exports = require('./browser/file-system.js');",
};

const browserPlugin = {
  name: 'browser',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/](runtime|device|checksum|hub|model-folder)\.js$/ }, (file) => {
      const by = replaced[file.path];
      return by && { contents: `export * from '${by}';`, resolveDir: path.dirname(file.path) };
    });
    onResolve({ filter: /^node:/ }, ({ path: name }) => ({ path: name, namespace: 'node' }));
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path: name }) => ({
      // A CommonJS module, so that names which it lacks may be imported.
      contents: provided[name] ?? 'module.exports = {};',
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
  target: 'es2023',
  minify: true,
  legalComments: 'linked',
  plugins: [browserPlugin],
});
