// The hook's client: what it tells the log, its line, its time limit; and how answers are read (protocol §8).

import { expect, onTestFinished, test } from 'vitest'
import { createHook } from '../../gateway/access/hook.ts'
import { readAnswer, readRefusal } from '../../gateway/access/hook-answer.ts'
import { createHookCache } from '../../gateway/access/hook-cache.ts'
import { createHookClient, type Question, sign } from '../../gateway/access/hook-client.ts'
import { Slots } from '../../gateway/access/slots.ts'
import type { Scope } from '../harness/scope.ts'
import { type Reply, startWebServer, type WebServer } from '../harness/web-server.ts'

const scope: Scope = { onTestFinished: end => onTestFinished(async () => void (await end())) }
const NOW = 1_700_000_000_000
const QUESTION: Question = {
  connection: 'c1',
  ip: '192.0.2.7',
  headers: { cookie: 'sid=1' },
  transport: 'sse',
  channels: ['a'],
}

async function client(answer: WebServer['answer'], more: object = {}) {
  const app = await startWebServer(scope, answer)
  const lines: string[] = []
  const config = {
    url: `${app.url}/hook?key=secret-of-the-url`,
    secret: 's',
    timeoutMs: 400,
    headers: [],
    concurrency: 2,
    cacheMs: 5000,
    ...more,
  }
  return {
    app,
    lines,
    ask: createHookClient(
      config,
      () => NOW,
      line => lines.push(line),
    ),
  }
}

test.each<[string, () => Reply | Promise<Reply>, RegExp]>([
  [
    'does not answer',
    () => new Promise<Reply>(() => {}),
    /it took too long \(auth\.hook\.timeout is 400 ms\)/,
  ],
  ['fails', () => ({ status: 500, body: 'Fatal' }), /It answered 500, and 200, 401 and 403 are decisions/],
  ['redirects', () => ({ status: 302, headers: { location: '/login' } }), /302 \(redirects are not followed/],
  ['sends a page', () => ({ body: '<html>' }), /not a JSON object/],
  ['is endless', () => ({ body: `{"user":"${'x'.repeat(70_000)}"}` }), /longer than 65536 bytes/],
  ['misspells', () => ({ body: { subscibe: [] } }), /a member "subscibe", and the known ones are user, info/],
])('[S5] a hook that %s: unavailable, and the log says why', async (name, answer, line) => {
  // Only one waits for the limit; for the others a busy machine must not come near it.
  const { ask, lines } = await client(answer, name === 'does not answer' ? {} : { timeoutMs: 10_000 })
  expect(await ask(QUESTION)).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/try again/),
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(line)
  expect(lines[0]).not.toContain('secret-of-the-url')
  expect(lines[0]).toMatch(/^auth\.hook: http:\S+\/hook gave no decision, .* come back: /)
})

test('[S5] so many questions at once, the others wait in line within the time limit', async () => {
  let underWay = 0
  let most = 0
  const doors = [Promise.withResolvers<void>()]
  const { ask, app } = await client(
    async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await doors[0]!.promise
      underWay -= 1
      return { body: { user: 'ann' } }
    },
    { timeoutMs: 20_000 },
  )
  const asked = Array.from({ length: 8 }, () => ask(QUESTION))
  await expect.poll(() => app.received.length).toBe(2)
  doors[0]!.resolve()
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ user: 'ann' })
  expect(most).toBe(2)
})

test('[S5] who is still in line at the end of the time limit is sent away to come back', async () => {
  const { ask } = await client(() => new Promise<Reply>(() => {}))
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(QUESTION)))
  expect(answers.map(answer => 'code' in answer && answer.code)).toEqual(Array(5).fill('unavailable'))
})

test('the line is bounded, and a place goes to who waits longest', async () => {
  const slots = new Slots(1, 2)
  const signal = new AbortController().signal
  expect(await slots.enter(signal)).toBe(true)
  const order: string[] = []
  const late = new AbortController()
  const waiting = [
    slots.enter(late.signal).then(entered => order.push(`first ${entered}`)),
    slots.enter(signal).then(entered => order.push(`second ${entered}`)),
  ]
  expect(await slots.enter(signal)).toBe(false)
  late.abort()
  slots.leave()
  await Promise.all(waiting)
  expect(order.sort()).toEqual(['first false', 'second true'])
  slots.leave()
  expect(await slots.enter(signal)).toBe(true)
})

test('the signature is that of the second and the body', () => {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac s
  const mac = 'e9232c9945da8456c2dea6b39da7786c07b00bca7a64d5dd1283674713a7b72a'
  expect(sign('{}', 's', NOW)).toBe(`t=1700000000,v1=${mac}`)
  expect(sign('{}', 's', NOW)).not.toBe(sign('{}', 't', NOW))
  expect(sign('{}', 's', NOW)).not.toBe(sign('{ }', 's', NOW))
  expect(sign('{}', 's', NOW).slice(13)).not.toBe(sign('{}', 's', NOW + 1000).slice(13))
})

test.each<[string, object]>([
  ['{}', { subscribe: [], publish: [] }],
  ['[]', { subscribe: [], publish: [] }],
  ['{"user":null,"info":null,"expires":null}', { user: undefined, expires: undefined }],
  ['{"user":7}', { user: '7' }],
  [`{"user":"ann","expires":${NOW / 1000 + 60}}`, { user: 'ann', expires: NOW + 60_000 }],
])('the answer %s is read', (body, expected) => {
  expect(readAnswer(body, NOW)).toMatchObject(expected)
})

test.each([
  ['', 'not a JSON object'],
  ['null', 'not a JSON object'],
  ['["a"]', 'not a JSON object'],
  ['{"user":7.5}', "answer's user is not text"],
  ['{"user":""}', "answer's user is empty"],
  ['{"info":"x"}', "answer's info is not a JSON object"],
  ['{"subscribe":"a"}', "answer's subscribe is not an array"],
  ['{"publish":["a b"]}', "answer's publish[0] is no channel pattern"],
  ['{"expires":"soon"}', 'expires is not a number'],
  [`{"expires":${NOW}}`, 'not milliseconds'],
  [`{"expires":${NOW / 1000 - 11}}`, 'has passed'],
])('the answer %s is refused', (body, expected) => {
  expect(readAnswer(body, NOW)).toContain(expected)
})

test('a refusal carries the sentence of the application, cut short', () => {
  expect(readRefusal(403, '{"message":"No."}')).toEqual({ code: 'forbidden', message: 'No.' })
  expect(readRefusal(401, '<html>')).toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(/sign in/),
  })
  expect(readRefusal(403, JSON.stringify({ detail: 'x'.repeat(900) })).message).toHaveLength(300)
})

test('the cache shares questions under way, keeps decisions, and forgets what passes', async () => {
  let now = NOW
  let asked = 0
  let outcome: object = { user: 'ann', subscribe: [], publish: [] }
  const { ask } = createHookCache(
    async () => {
      asked += 1
      return outcome as never
    },
    5000,
    () => now,
  )
  await Promise.all([ask(QUESTION), ask({ ...QUESTION, connection: 'c2' })])
  expect(asked).toBe(1)
  for (const other of [{ ip: '192.0.2.8' }, { headers: { cookie: 'sid=2' } }, { channels: ['b'] }]) {
    await ask({ ...QUESTION, ...other })
  }
  expect(asked).toBe(4)
  now += 5001
  outcome = { code: 'unavailable', message: '' }
  for (const expected of [5, 6]) {
    await ask(QUESTION)
    expect(asked).toBe(expected)
  }
  outcome = { user: 'ann', subscribe: [], publish: [], expires: now + 1000 }
  await ask(QUESTION)
  now += 1001
  await ask(QUESTION)
  expect(asked).toBe(8)
})

test('[N2] no pattern of the hook matches @ or $, and the hook is not asked about them', async () => {
  const questions: Question[] = []
  const hook = createHook({
    forget: () => {},
    ask: async question => {
      questions.push(question)
      return { user: 'ann', subscribe: ['*', '@bob', '$stats'], publish: ['*'] }
    },
    headers: ['cookie'],
    cacheMs: 5000,
    clock: () => NOW,
    random: () => 0.5,
  })
  const visit = { connection: 'c1', ip: '192.0.2.7', transport: 'websocket' } as const
  const identity = await hook.identify(
    { headers: {} },
    { ...visit, channels: ['a', '@bob', '$stats', 'no name'] },
  )
  if (!('kind' in identity) || identity.kind !== 'client') throw new Error('no client')
  expect(['a', '@bob', '$stats'].map(identity.subscribe)).toEqual([true, false, false])
  expect(identity.expires).toBe(NOW + 3_600_000)
  expect(await identity.authority!.consult(['@bob', '$stats'])).toBeNull()
  expect(questions.map(({ channels }) => channels)).toEqual([['a']])
})

test('a connection that asks for ever more channels does not grow without bound', async () => {
  const hook = createHook({
    forget: () => {},
    ask: async ({ channels }) => ({ subscribe: channels, publish: [] }),
    headers: [],
    cacheMs: 5000,
    clock: () => NOW,
    random: () => 0,
  })
  const visit = { connection: 'c1', ip: '192.0.2.7', transport: 'websocket', channels: [] } as const
  const identity = await hook.identify({ headers: {} }, visit)
  if (!('kind' in identity) || identity.kind !== 'client') throw new Error('no client')
  const names = Array.from({ length: 2500 }, (_, index) => `channel-${index}`)
  for (const name of names) {
    await identity.authority!.consult([name])
    expect(identity.subscribe(name)).toBe(true)
  }
  expect(names.filter(identity.subscribe).length).toBeLessThanOrEqual(1000)
})
