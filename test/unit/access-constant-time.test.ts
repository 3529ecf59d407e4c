// What comparing a secret costs does not depend on how near a guess came: proven by what is done, not by a stopwatch.

import { beforeEach, expect, test, vi } from 'vitest'
import { Accounts } from '../../gateway/access/accounts.ts'
import { ApiKeys } from '../../gateway/access/api-keys.ts'
import { formatPasswordHash } from '../../gateway/config/password-hash.ts'
import type { KeyStore } from '../../gateway/core/key-store.ts'
import { sourceFiles } from '../architecture/source-file.ts'

/** Every step that handles a secret, in the order taken: what was done, and to how many bytes. */
const steps: string[] = []

vi.mock('node:crypto', async importOriginal => {
  const crypto = await importOriginal<typeof import('node:crypto')>()
  return {
    ...crypto,
    hash: (algorithm: string, data: string | Buffer, encoding: 'buffer') => {
      steps.push(`hash ${algorithm}`)
      return crypto.hash(algorithm, data, encoding)
    },
    createHash: (algorithm: string) => {
      steps.push(`hash ${algorithm}`)
      return crypto.createHash(algorithm)
    },
    timingSafeEqual: (one: Buffer, other: Buffer) => {
      steps.push(`compare ${one.length} with ${other.length} bytes`)
      return crypto.timingSafeEqual(one, other)
    },
    scrypt: (...args: Parameters<typeof crypto.scrypt>) => {
      steps.push('scrypt')
      crypto.scrypt(...args)
    },
  }
})

beforeEach(() => {
  steps.length = 0
})

/** The steps of a guess. */
async function stepsOf(guess: () => unknown): Promise<string[]> {
  steps.length = 0
  await guess()
  return [...steps]
}

const SECRET = 'a-secret-that-is-guessed-letter-by-letter-0123456789'
/** From nothing right to everything right. */
const GUESSES = [
  '',
  'x',
  SECRET.slice(0, 1),
  SECRET.slice(0, -1),
  `${SECRET.slice(0, -1)}x`,
  `${SECRET}x`,
  'é',
  SECRET,
]

const EMPTY: KeyStore = {
  list: () => [],
  uses: () => new Map(),
  add: () => {},
  remove: () => false,
  saveUses: () => {},
  hasChanged: () => false,
}

test('an API key is hashed whole, twice, and looked up by that: whatever the guess', async () => {
  const configured = ['first', SECRET, 'last'].map(key => ({
    name: key.slice(0, 5),
    key,
    publish: [],
    read: true,
    admin: false,
  }))
  const options = { store: EMPTY, clock: () => 0, onRevoked: () => {}, onFault: () => {} }
  const keys = new ApiKeys({ configured, ...options })
  for (const guess of GUESSES) {
    expect(await stepsOf(() => keys.identify(guess))).toEqual(['hash sha256', 'hash sha256'])
    expect(keys.identify(guess) !== null).toBe(guess === SECRET)
  }
})

const HASH = formatPasswordHash({
  cost: 2,
  blockSize: 1,
  parallelization: 1,
  salt: Buffer.alloc(16),
  hash: Buffer.alloc(32),
})

test.each([
  ['plain passwords', [{ user: 'eve', password: 'other', role: 'viewer' as const }]],
  ['a hash among them', [{ user: 'eve', passwordHash: HASH, role: 'viewer' as const }]],
])(
  'user and password are compared the same way whatever is right about them: %s',
  async (_name, operators) => {
    const accounts = new Accounts({ admin: { user: 'admin', password: SECRET }, operators })
    const usual = await stepsOf(() => accounts.check('admin', SECRET))
    expect(usual.filter(step => step === 'compare 32 with 32 bytes').length).toBeGreaterThan(2)
    for (const user of ['admin', 'admi', 'admin2', '', 'nobody', 'eve']) {
      for (const guess of GUESSES) {
        expect([user, guess, await stepsOf(() => accounts.check(user, guess))]).toEqual([user, guess, usual])
      }
    }
    expect(await accounts.check('admin', SECRET)).toMatchObject({ user: 'admin' })
  },
)

const COMPARISON = /([\w.#?!]+)\s*[!=]==?\s*([\w.#?!'"`-]+)/g
const NAMED = /(secret|password|csrf|seal|digest|signature|bearer|token|\.key|apiKey)!?$/i
const CONSTANT = /^(undefined|null|true|false|['"`\d-].*)$/
const SEARCH =
  /(secret|password|csrf|seal|digest|signature|bearer|token|\.key|apiKey)[!?]?\.(startsWith|endsWith|indexOf|localeCompare|equals)\(/i

/** Whether a line compares what is called a secret with something that varies, and stops at the first difference. */
function stopsEarly(line: string): boolean {
  const compared = [...line.matchAll(COMPARISON)].some(([, one, other]) => {
    const both = [one!, other!]
    return both.some(each => NAMED.test(each)) && !both.some(each => CONSTANT.test(each))
  })
  return compared || SEARCH.test(line)
}

/** Each with the reason why nobody can learn from it. */
const HARMLESS: Record<string, string> = {
  'gateway/access/api-keys.ts: if (!this.#byDigest.has(digest) && bearer.startsWith(KEY_PREFIX)) this.refresh()':
    'the prefix is the same for all keys, and public',
  'gateway/access/api-keys.ts: return key === undefined || !held.digest.equals(key.digest)':
    'two kept digests, none of them a guess',
  'gateway/config/load-config.ts: if (earlier.some(other => other.key === key.key)) {':
    'two keys of one configuration, at the start',
  'gateway/api/publish-order.ts: if (key !== undefined && item.key !== undefined && key !== item.key) {':
    'idempotency keys, both from the same request',
  'gateway/ops/certificate.ts: return one.cert === other.cert && one.key === other.key':
    'two files of the gateway itself',
}

test('no secret is compared by what stops at the first difference', () => {
  const files = sourceFiles().filter(({ path }) => path.startsWith('gateway/'))
  const found = files.flatMap(({ path, lines }) =>
    lines.filter(line => stopsEarly(line)).map(line => `${path}: ${line.trim()}`),
  )
  expect(found.sort()).toEqual(Object.keys(HARMLESS).sort())
  // The search finds what it is for.
  for (const bad of [
    'password === account.password',
    'if (csrf !== header)',
    'given === this.secret',
    'token.startsWith(x)',
  ]) {
    expect([bad, stopsEarly(bad)]).toEqual([bad, true])
  }
})
