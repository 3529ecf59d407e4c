// What owns a resource in a test: whoever creates one registers its end at once. Knows no gateway.

import { afterAll, beforeAll } from 'vitest'

/** A vitest test context has this shape; so has a whole file through `shared`. */
export interface Scope {
  onTestFinished(end: () => unknown): void
}

/** Several gateways and browsers may start at once, on a machine that has other things to do. */
const START_MS = 120_000

/** Creates a resource once for all tests of a file; returns its getter. */
export function shared<T>(create: (scope: Scope) => Promise<T>): () => T {
  const ends: (() => unknown)[] = []
  let made: { value: T } | null = null
  beforeAll(async () => {
    made = { value: await create({ onTestFinished: end => ends.push(end) }) }
  }, START_MS)
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
  }, START_MS)
  return () => {
    if (!made) throw new Error('A shared resource was asked for before its file had started.')
    return made.value
  }
}
