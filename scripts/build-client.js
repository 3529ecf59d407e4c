// Builds the package @twinwire/client into clients/js/dist: two modules for browsers and Node, and their types, if
// it is missing or older than its sources. Knows no page.

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { announce, isStale } from './freshness.js'

const root = join(import.meta.dirname, '..')
const client = join(root, 'clients/js')
const outDir = join(client, 'dist')

/** Builds one entry; what it takes from another entry stays there. */
async function bundle(name, external) {
  await build({
    root: client,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      target: ['chrome103', 'firefox115', 'safari16.4'],
      sourcemap: true,
      lib: { entry: `${name}.ts`, formats: ['es'], fileName: name },
      rolldownOptions: {
        external: id => external.some(other => id.endsWith(`/${other}.ts`)),
        // A library's modules keep their line breaks unless they are told otherwise.
        output: { minify: true, paths: id => id.replace(/.*\/(\w+)\.ts$/, './$1.js') },
      },
    },
  })
}

async function buildAll() {
  rmSync(outDir, { recursive: true, force: true })
  await bundle('connect', [])
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: client, stdio: 'inherit' })
  process.exitCode = status ?? 1
  // Last, because its age tells that everything is there.
  await bundle('shared', ['connect'])
}

const sources = ['clients/js', 'shared', 'scripts/build-client.js', 'package-lock.json']
const built = join(outDir, 'shared.js')
if (
  isStale(
    built,
    sources.map(path => join(root, path)),
  )
)
  await announce('client', buildAll)
