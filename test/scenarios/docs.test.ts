// Every document of the project, its code and commands run in the order in which a reader meets them. Knows no document's content.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ApiDocument, apiReference } from '../../scripts/api-reference.ts'
import { filesUnder, ROOT } from '../architecture/source-file.ts'
import { readSteps } from '../docs/page.ts'
import { runDocument } from '../docs/run-document.ts'
import { openStage } from '../docs/stage.ts'
import { shared } from '../harness/scope.ts'

/** In this order, on one gateway. Named one by one, so that nothing is run that was not written to be. */
const DOCUMENTS = [
  'README.md',
  'docs/php.md',
  'clients/php/README.md',
  'clients/js/README.md',
  'docs/start.md',
  'docs/concepts.md',
  'docs/troubleshooting.md',
  'docs/moving/mercure.md',
  'docs/moving/socket.io.md',
  // With configurations of their own from here on.
  'docs/client.md',
  'docs/authentication.md',
  'docs/moving/ratchet.md',
  'docs/moving/pusher.md',
]
/** Its blocks are those of docs/start.md (test/unit/docs-start.test.ts). */
const TRANSLATED = ['docs/zh/start.md']

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const stage = shared(openStage)

test.each(DOCUMENTS)('%s does what it says', async path => {
  const ends: (() => unknown)[] = []
  try {
    await runDocument({ onTestFinished: end => ends.push(end) }, stage(), path, textOf(path))
  } finally {
    for (const end of ends) await end()
  }
})

test('every other document has nothing to run, and says why of each block', () => {
  const others = filesUnder('docs').filter(path => path.endsWith('.md') && !DOCUMENTS.includes(path))
  const unread = others.filter(path => !TRANSLATED.includes(path))
  const toRun = unread.flatMap(path => readSteps(path, textOf(path)).map(step => step.at))
  expect(toRun).toEqual([])
})

test('docs/api.md is what the gateway says of itself; `npm run docs` brings it up to date', async () => {
  const { json } = await stage().gateway.api('GET', '/api/openapi.json', { key: null })
  expect(textOf('docs/api.md')).toBe(apiReference(json as unknown as ApiDocument))
})
