// Builds the dashboard into dist/, which the gateway serves.

import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

const gateway = process.env.TWINWIRE_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that one build works at / and behind a proxy's sub-path: pages are one level deep for the same reason.
  base: './',
  plugins: [preact()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // The content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': gateway, '/sse': gateway, '/ws': { target: gateway, ws: true } } },
})
