import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The pages are built once and served as files; no script, style or font comes from anywhere else. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../../dist/console', import.meta.url)),
    emptyOutDir: true,
    // The content security policy takes no data: script, and inlined pieces would be some.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // The first that know `light-dark()`, on which the themes stand.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});
