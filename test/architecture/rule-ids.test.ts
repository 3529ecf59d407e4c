// Every rule of the protocol has a test that names it, and no test names a rule that is not there.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, sourceFiles } from './source-file.ts'

/** Rules whose proof is not a test of this repository's kind, with the reason. */
const PROVEN_ELSEWHERE: Record<string, string> = {}

const protocol = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8')
const rules = new Set([...protocol.matchAll(/\*\*([A-Z]\d{1,2})\*\*/g)].map(match => match[1]!))

const TITLE = /\b(?:test|it|describe)(?:\.[\w.]+)?(?:\([^'"`]*?\))?\(\s*(['"`])(.*?)\1/gs
const named = new Map<string, string>()
for (const file of sourceFiles().filter(({ path }) => /\.test\.ts$|contract\/.*\.ts$/.test(path))) {
  for (const title of file.text.matchAll(TITLE)) {
    for (const id of title[2]!.matchAll(/\[([A-Z]\d{1,2})\]/g)) named.set(id[1]!, file.path)
  }
}

test('every rule of docs/protocol.md is in the title of some test', () => {
  expect(rules.size).toBeGreaterThan(20)
  const orphans = [...rules].filter(rule => !named.has(rule) && !(rule in PROVEN_ELSEWHERE))
  expect(orphans).toEqual([])
})

test('every rule in a title is in docs/protocol.md', () => {
  const unknown = [...named].filter(([rule]) => !rules.has(rule)).map(([rule, path]) => `${rule} in ${path}`)
  expect(unknown).toEqual([])
})
