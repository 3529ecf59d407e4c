// The project's source files and what they import, read as text. Knows no rules.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

export interface Import {
  /** As written. */
  readonly specifier: string
  /** The project file it leads to, from the root; `null` for packages and Node's own modules. */
  readonly target: string | null
  readonly typeOnly: boolean
}

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly imports: readonly Import[]
}

const FOLDERS = ['gateway', 'shared', 'clients', 'dashboard', 'test', 'bench', 'examples', 'scripts']
const SOURCE = /\.(ts|tsx|js|mjs)$/
const NOT_OURS = /(^|\/)(node_modules|dist|build)\//

/** All source files of the project, by path. */
export function sourceFiles(): SourceFile[] {
  const paths = FOLDERS.flatMap(folder => filesUnder(folder)).filter(path => SOURCE.test(path))
  return paths.sort().map(readSource)
}

/** Paths of all files under a folder, from the root. */
export function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
  const paths = entries
    .filter(entry => entry.isFile())
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
  return paths.filter(path => !NOT_OURS.test(path))
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { path, text, lines: text.split('\n'), imports: importsOf(path, text) }
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

function importsOf(path: string, text: string): Import[] {
  const read = (specifier: string, typeOnly: boolean): Import => {
    const target = specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), specifier)) : null
    return { specifier, target, typeOnly }
  }
  return [
    ...[...text.matchAll(STATEMENT)].map(match => read(match[2]!, match[1] !== undefined)),
    ...[...text.matchAll(CALL)].map(match => read(match[1]!, false)),
  ]
}
