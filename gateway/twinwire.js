#!/usr/bin/env node
// The entry: checks that this Node can run the gateway before it loads any of it, and has it remember what it compiled.
// Plain JavaScript, for every Node.

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `twinwire: Node ${process.version} is too old, 22.18 or later is needed: run "npm start" in the project's folder, which brings its own.\n`,
  )
  process.exit(1)
}
// Saves a third of the start. Whoever may not write there starts without.
const { enableCompileCache } = await import('node:module')
const { fileURLToPath } = await import('node:url')
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)))
await import('./main.ts')
