import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig, type Plugin } from 'vite';

/** Code points of the Han characters that poems are written in. */
const HAN = { first: 0x4e00, last: 0x9fff };

/** Whether a rule of a font has Han characters, or is the part with Latin letters. */
function isForPoems(rule: string): boolean {
  if (rule.includes('-latin-400')) return true;
  const ranges = /unicode-range:([^;]+)/i.exec(rule)?.[1]?.split(',') ?? [];
  return ranges.some((range) => {
    const [from = '', to = from] = range.trim().replace(/^U\+/i, '').split('-');
    return Number.parseInt(from, 16) <= HAN.last && Number.parseInt(to, 16) >= HAN.first;
  });
}

/** Of the font of poems only what the page shows: parts with Han characters and Latin letters, in the format that all browsers read. */
const poemFont: Plugin = {
  name: 'poem-font',
  enforce: 'pre',
  transform: {
    filter: { id: /@fontsource\/noto-serif-sc\/.*\.css$/ },
    handler: (css) =>
      css.replace(/@font-face\s*\{[^}]*\}/g, (rule) =>
        isForPoems(rule) ? rule.replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/, '') : '',
      ),
  },
  // The font's licence goes with it.
  generateBundle() {
    const file = createRequire(import.meta.url).resolve('@fontsource/noto-serif-sc/LICENSE');
    this.emitFile({ type: 'asset', fileName: 'noto-serif-sc-license.txt', source: readFileSync(file) });
  },
};

/** The studio's page: one bundle for the server and for static sites, at any path. */
export default defineConfig({
  root: 'src/studio/page',
  base: './',
  plugins: [poemFont],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // The page's policy takes fonts from files only.
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 1500,
    // A loaded machine is no reason to warn those who install.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
});
