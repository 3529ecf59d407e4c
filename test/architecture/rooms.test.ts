// Who may import whom: the rooms of the gateway and their doors. Knows file names and imports, nothing else.

import { expect, test } from 'vitest'
import { type SourceFile, sourceFiles } from './source-file.ts'

interface Room {
  /** Folders of the project it may import from, itself included. */
  readonly sees: readonly string[]
  /** Packages it may import; `node:` covers Node's own modules. */
  readonly packages: readonly string[]
}

const FASTIFY = ['fastify', '@fastify/']

/** The longest matching path counts. What is not listed (the composition root, tests) may import anything. */
const ROOMS: Record<string, Room> = {
  shared: { sees: ['shared'], packages: [] },
  'gateway/core': { sees: ['gateway/core', 'shared'], packages: ['node:'] },
  'gateway/config': { sees: ['gateway/config', 'gateway/core', 'shared'], packages: ['node:', 'yaml'] },
  'gateway/log': { sees: ['gateway/log', 'gateway/core', 'shared'], packages: ['node:', 'better-sqlite3'] },
  'gateway/records': {
    sees: ['gateway/records', 'gateway/core', 'shared'],
    packages: ['node:', 'better-sqlite3'],
  },
  'gateway/access': {
    sees: ['gateway/access', 'gateway/core', 'gateway/config', 'shared'],
    packages: ['node:', 'jose'],
  },
  'gateway/transports': {
    sees: ['gateway/transports', 'gateway/core', 'gateway/access', 'shared'],
    packages: ['node:', 'ws', ...FASTIFY],
  },
  'gateway/api': {
    sees: ['gateway/api', 'gateway/core', 'gateway/access', 'gateway/config', 'shared'],
    packages: ['node:', ...FASTIFY],
  },
  'gateway/admin': {
    sees: ['gateway/admin', 'gateway/api', 'gateway/core', 'gateway/access', 'gateway/config', 'shared'],
    packages: ['node:', ...FASTIFY],
  },
  'gateway/ops': {
    sees: ['gateway/ops', 'gateway/core', 'gateway/config', 'shared'],
    packages: ['node:', 'pino'],
  },
  'gateway/cli': {
    sees: [
      'gateway/cli',
      'gateway/access',
      'gateway/config',
      'gateway/core',
      'gateway/log',
      'gateway/records',
      'shared',
    ],
    packages: ['node:'],
  },
  'clients/js': { sees: ['clients/js', 'shared'], packages: [] },
  dashboard: {
    sees: ['dashboard', 'clients/js', 'shared'],
    packages: ['preact', 'preact-iso', '@preact/', 'uplot'],
  },
  'dashboard/vite.config.ts': { sees: ['dashboard'], packages: ['node:', 'vite', '@preact/'] },
}

const files = sourceFiles()

const isUnder = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

function roomOf(file: SourceFile): Room | null {
  const names = Object.keys(ROOMS).filter(name => isUnder(file.path, name))
  const longest = names.sort((a, b) => b.length - a.length)[0]
  return longest === undefined ? null : ROOMS[longest]!
}

const isPackage = (specifier: string, name: string) =>
  name.endsWith(':') || name.endsWith('/')
    ? specifier.startsWith(name)
    : specifier === name || specifier.startsWith(`${name}/`)

test('every file imports only from the rooms it may see', () => {
  const wrong = files.flatMap(file => {
    const room = roomOf(file)
    const targets = room === null ? [] : file.imports.filter(({ target }) => target !== null)
    return targets
      .filter(({ target }) => !room!.sees.some(folder => isUnder(target!, folder)))
      .map(({ target }) => `${file.path} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('every room uses only its own packages', () => {
  const wrong = files.flatMap(file => {
    const room = roomOf(file)
    const packages = room === null ? [] : file.imports.filter(({ target }) => target === null)
    return packages
      .filter(({ specifier }) => !room!.packages.some(name => isPackage(specifier, name)))
      .map(({ specifier }) => `${file.path} imports ${specifier}`)
  })
  expect(wrong).toEqual([])
})

test('the log and the records take types alone from the core', () => {
  const wrong = files
    .filter(file => isUnder(file.path, 'gateway/log') || isUnder(file.path, 'gateway/records'))
    .flatMap(file =>
      file.imports
        .filter(({ target, typeOnly }) => target !== null && isUnder(target, 'gateway/core') && !typeOnly)
        .map(({ target }) => `${file.path} imports ${target}`),
    )
  expect(wrong).toEqual([])
})

test('nothing but the entry imports the composition root', () => {
  const roots = ['gateway/app.ts', 'gateway/main.ts']
  const wrong = files
    .filter(file => !['gateway/main.ts', 'gateway/twinwire.js'].includes(file.path))
    .filter(file => !isUnder(file.path, 'test') && !isUnder(file.path, 'bench'))
    .filter(file => file.imports.some(({ target }) => target !== null && roots.includes(target)))
  expect(wrong.map(file => file.path)).toEqual([])
})

test('there are no import cycles', () => {
  const graph = new Map(files.map(file => [file.path, file]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const { target } of graph.get(path)?.imports ?? []) {
      if (target !== null && graph.has(target)) visit(target, [...trail, path])
    }
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

test('the checks above read something', () => {
  expect(files.length).toBeGreaterThan(50)
  const imports = files.flatMap(file => file.imports)
  expect(imports.length).toBeGreaterThan(files.length)
  const known = new Set(files.map(file => file.path))
  const source = imports.filter(({ target }) => target !== null && /\.tsx?$/.test(target))
  const missing = source.filter(({ target }) => !known.has(target!)).map(({ target }) => target)
  expect(missing).toEqual([])
})
