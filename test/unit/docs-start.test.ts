// The five-minute start in other languages is the same five minutes: its code and marks are those of docs/start.md.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesUnder, ROOT } from '../architecture/source-file.ts'
import { readSteps } from '../docs/page.ts'

const translations = filesUnder('docs').filter(path => /^docs\/\w\w\/start\.md$/.test(path))

/** What a document does, without the place where it says so. */
const doneIn = (path: string) =>
  readSteps(path, readFileSync(join(ROOT, path), 'utf8')).map(({ at, ...step }) => step)

const codeOf = (path: string) =>
  Array.from(readFileSync(join(ROOT, path), 'utf8').matchAll(/^```\w+\n.*?^```$/gms), ([block]) => block)

test('there is a translation', () => {
  expect(translations).toEqual(['docs/zh/start.md'])
})

test.each(translations)('%s has the code of docs/start.md', path => {
  expect(doneIn(path).length).toBeGreaterThan(10)
  expect(doneIn(path)).toEqual(doneIn('docs/start.md'))
  expect(codeOf(path)).toEqual(codeOf('docs/start.md'))
})
