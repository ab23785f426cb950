import { defineConfig } from 'vite';

/** The studio's page: one bundle for the server and for static sites, at any path. */
export default defineConfig({
  root: 'src/studio/page',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 1500,
    // A loaded machine is no reason to warn those who install.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
});
