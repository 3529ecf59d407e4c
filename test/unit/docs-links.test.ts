// The papers lead somewhere: every link inside the project, and every file that they name, exists.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { filesUnder, ROOT } from '../architecture/source-file.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...filesUnder('docs'),
  ...filesUnder('examples'),
  ...filesUnder('clients'),
].filter(path => path.endsWith('.md'))
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8')

/** Places that a link can name: `<a id="…">`, and headings as GitHub makes anchors of them. */
function anchorsOf(text: string): Set<string> {
  const ids = Array.from(text.matchAll(/<a id="([^"]+)">/g), match => match[1]!)
  const headings = Array.from(text.matchAll(/^#+ (.+)$/gm), match =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...ids, ...headings])
}

test('every link leads to a file, and to a place in it', () => {
  const dead: string[] = []
  let followed = 0
  for (const page of pages) {
    for (const [, link] of textOf(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      followed += 1
      const [path = '', anchor] = link!.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      const exists = existsSync(join(ROOT, target))
      if (!exists || (anchor !== undefined && !anchorsOf(textOf(target)).has(anchor)))
        dead.push(`${page}: ${link}`)
    }
  }
  expect(followed).toBeGreaterThan(20)
  expect(dead).toEqual([])
})

test('every file of the project that a page names exists', () => {
  const named = pages.flatMap(page =>
    Array.from(
      textOf(page).matchAll(
        /`((?:gateway|shared|clients|dashboard|test|bench|deploy|docs|examples)\/[\w./-]*)`/g,
      ),
      match => `${page}: ${match[1]}`,
    ),
  )
  expect(named.length).toBeGreaterThan(15)
  // What a build makes is not there before it.
  const kept = named.filter(name => !name.endsWith('/dist'))
  expect(kept.filter(name => !existsSync(join(ROOT, name.split(': ')[1]!)))).toEqual([])
})

test('every npm script that a page names is there', () => {
  const { scripts } = JSON.parse(textOf('package.json'))
  const named = pages.flatMap(page =>
    Array.from(
      textOf(page).matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g),
      match => match[1] ?? match[2]!,
    ),
  )
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter(name => !(name in scripts))).toEqual([])
})
