// Proves channels, history, long polls and deleting over HTTP.

import { describe, expect, test, vi } from 'vitest'
import { within } from '../harness/deadline.ts'
import { EPOCH, type Fixture, KEY, READ_KEY, SCOPED_KEY, startApi, token } from './api-fixture.ts'

const NEWS = '/api/channels/public:news/messages'

async function publish({ call }: Fixture, channel: string, count: number): Promise<void> {
  const body = Array.from({ length: count }, (_, index) => ({ channel, data: index + 1 }))
  await call('POST', '/api/publish', { body })
}

interface Page {
  messages: { id: string; data: number }[]
  oldest: string | null
  more: boolean
  gap?: { reason: string; requested: string; oldest: string | null }
}

async function read({ call }: Fixture, query: string): Promise<Page & { data: number[] }> {
  const answer = await call('GET', NEWS + query, { as: READ_KEY })
  expect(answer.statusCode).toBe(200)
  const page: Page = answer.json()
  return { ...page, data: page.messages.map(message => message.data) }
}

describe('history', () => {
  test('is pages of frames, oldest first, bounds exclusive', async () => {
    const api = await startApi()
    await publish(api, 'public:news', 60)
    expect(await read(api, '')).toMatchObject({
      oldest: `${EPOCH}-1`,
      more: true,
      data: { length: 50, 0: 11, 49: 60 },
    })
    expect(await read(api, `?since=${EPOCH}-57`)).toMatchObject({ data: [58, 59, 60], more: false })
    expect(await read(api, `?before=${EPOCH}-4&limit=2`)).toMatchObject({ data: [2, 3], more: true })
    expect(await read(api, `?since=${EPOCH}-1&before=${EPOCH}-9&limit=2`)).toMatchObject({
      data: [2, 3],
      more: true,
    })
    expect((await read(api, '?limit=1')).messages).toEqual([
      { type: 'message', channel: 'public:news', id: `${EPOCH}-60`, time: 1767225600060, data: 60 },
    ])
  })

  test('[H3] keeps the tokens of data', async () => {
    const api = await startApi()
    await api.call('POST', '/api/publish', {
      body: '{"channel":"public:news","data":{"b":9007199254740993,"a":1.10}}',
    })
    expect((await api.call('GET', NEWS)).body).toContain('"data":{"b":9007199254740993,"a":1.10}')
  })

  test.each([
    ['of another epoch', 'aaaaaaaa-1'],
    ['ahead of the head', `${EPOCH}-99`],
    ['malformed', '%20nonsense'],
    ['with an impossible number', `${EPOCH}-99999999999999999999`],
  ])('[C3] a cursor %s gets a reset gap and what is kept', async (_title, cursor) => {
    const api = await startApi()
    await publish(api, 'public:news', 3)
    const gap = { type: 'gap', reason: 'reset', requested: decodeURIComponent(cursor), oldest: `${EPOCH}-1` }
    expect(await read(api, `?since=${cursor}&limit=2`)).toMatchObject({ data: [1, 2], more: true, gap })
    expect(await read(api, `?before=${cursor}&limit=2`)).toMatchObject({ data: [2, 3], gap })
  })

  test('[N4] a cursor before what was trimmed gets an expired gap; one after it does not', async () => {
    const api = await startApi()
    await publish(api, 'public:news', 5)
    api.log.messages.splice(0, 2)
    api.log.trimmed.set('public:news', 2)
    const gap = { reason: 'expired', requested: `${EPOCH}-1`, oldest: `${EPOCH}-3` }
    expect(await read(api, `?since=${EPOCH}-1`)).toMatchObject({ data: [3, 4, 5], gap })
    expect(await read(api, `?since=${EPOCH}-2`)).not.toHaveProperty('gap')
  })

  test('[C4] a channel without history has none, and says so to a cursor', async () => {
    const { call } = await startApi()
    const url = '/api/channels/live:x/messages'
    expect((await call('GET', url)).json()).toEqual({ messages: [], oldest: null, more: false })
    const { gap } = (await call('GET', `${url}?since=${EPOCH}-0`)).json()
    expect(gap).toEqual({
      type: 'gap',
      channel: 'live:x',
      requested: `${EPOCH}-0`,
      oldest: null,
      reason: 'no_history',
    })
  })

  test('a page too large to hold for one reader is cut, and says that there is more', async () => {
    const api = await startApi()
    const data = 'x'.repeat(65_000)
    for (let round = 0; round < 2; round++) {
      await api.call('POST', '/api/publish', {
        body: Array.from({ length: 100 }, () => ({ channel: 'public:news', data })),
      })
    }
    const forwards = await read(api, `?since=${EPOCH}-0&limit=1000`)
    const backwards = await read(api, '?limit=1000')
    expect([forwards.messages[0]?.id, forwards.messages.length < 200, forwards.more]).toEqual([
      `${EPOCH}-1`,
      true,
      true,
    ])
    expect([backwards.messages.at(-1)?.id, backwards.messages.length < 200, backwards.more]).toEqual([
      `${EPOCH}-200`,
      true,
      true,
    ])
  })

  test.each([
    ['limit=0', /"limit" must be 1 or more; it is "0"/],
    ['limit=1001', /"limit" must be 1000 or less/],
    ['limit=1e2', /"limit" must be a whole number/],
    ['limit=-5', /"limit"/],
    ['limit=1&limit=2', /"limit" is there 2 times; give it once/],
    ['wait=31', /"wait" must be 30 or less/],
    ['wait=soon', /"wait" must be a number/],
  ])('refuses ?%s with a sentence', async (query, sentence) => {
    const { call } = await startApi()
    const answer = await call('GET', `${NEWS}?${query}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().detail).toMatch(sentence)
  })
})

/** Less than a long poll waits that nothing wakes, which then answers with what came meanwhile. */
const WOKEN_MS = 20_000

describe('waiting', () => {
  test('ends with the next message, even one that came between the look and the wait', async () => {
    const api = await startApi()
    const waiting = read(api, '?wait=30')
    await publish(api, 'public:other', 1)
    await publish(api, 'public:news', 1)
    expect((await within(waiting, 'the long poll to be woken', WOKEN_MS)).data).toEqual([1])
    const page = api.log.page.bind(api.log)
    api.log.page = async query => {
      const before = await page(query)
      api.log.page = page
      await publish(api, 'public:news', 1)
      return before
    }
    const between = read(api, `?since=${EPOCH}-2&wait=30`)
    expect((await within(between, 'the long poll not to wait', WOKEN_MS)).messages).toHaveLength(1)
  })

  test('hears nothing more with a key that was revoked meanwhile', async () => {
    const api = await startApi()
    const made = await api.call('POST', '/api/keys', { body: { name: 'poller', read: true } })
    const look = vi.spyOn(api.log, 'page')
    const waiting = api.call('GET', `${NEWS}?wait=30`, { as: made.json().key }).then(answer => answer)
    await expect.poll(() => look.mock.calls.length).toBe(1)
    expect((await api.call('DELETE', '/api/keys/poller')).statusCode).toBe(204)
    await publish(api, 'public:news', 1)
    const answer = await within(waiting, 'the long poll to be woken', WOKEN_MS)
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthorized'])
  })

  test('does not begin when there is something to say', async () => {
    const api = await startApi()
    await publish(api, 'public:news', 1)
    const begun = performance.now()
    expect((await read(api, '?wait=30')).data).toEqual([1])
    expect(await read(api, `?before=${EPOCH}-1&wait=30`)).toMatchObject({ data: [] })
    expect((await read(api, '?since=nonsense&wait=30')).gap?.reason).toBe('reset')
    expect(performance.now() - begun).toBeLessThan(WOKEN_MS)
  })

  test('ends empty after its time, and when the gateway shuts down', async () => {
    const api = await startApi()
    expect(await read(api, '?wait=0.05')).toMatchObject({ data: [], more: false })
    const looked = Promise.withResolvers<void>()
    const page = api.log.page.bind(api.log)
    api.log.page = query => page(query).finally(looked.resolve)
    const waiting = read(api, '?wait=30')
    await looked.promise
    await api.app.close()
    expect(await within(waiting, 'the long poll to be ended', WOKEN_MS)).toMatchObject({ data: [] })
    expect(api.log.followers).toBe(0)
  })
})

describe('deleting', () => {
  test('[N4] one message: 204, then 404', async () => {
    const api = await startApi()
    await publish(api, 'public:news', 2)
    expect((await api.call('DELETE', `${NEWS}/${EPOCH}-1`)).statusCode).toBe(204)
    for (const id of [`${EPOCH}-1`, 'aaaaaaaa-2', 'nonsense', `${EPOCH}-7`]) {
      expect((await api.call('DELETE', `${NEWS}/${id}`)).statusCode).toBe(404)
    }
    expect((await read(api, '')).data).toEqual([2])
  })

  test('[N4] all of a channel: 204, and older cursors have a gap', async () => {
    const api = await startApi()
    await publish(api, 'public:news', 2)
    expect((await api.call('DELETE', NEWS)).statusCode).toBe(204)
    expect(await read(api, `?since=${EPOCH}-1`)).toMatchObject({
      data: [],
      oldest: null,
      gap: { reason: 'expired', oldest: null },
    })
  })

  test('is for admin keys and operators only', async () => {
    const { call } = await startApi()
    for (const url of [NEWS, `${NEWS}/${EPOCH}-1`]) {
      expect((await call('DELETE', url, { as: null })).statusCode).toBe(401)
      expect((await call('DELETE', url, { as: READ_KEY })).statusCode).toBe(403)
      expect((await call('DELETE', url, { as: token({ sub: 'ada', subscribe: ['*'] }) })).statusCode).toBe(
        403,
      )
    }
  })
})

describe('channels', () => {
  test('are listed by name, active and stored ones merged, a page at a time', async () => {
    const api = await startApi()
    for (const channel of ['public:b', 'public:z', 'orders:1']) await publish(api, channel, 1)
    const all = (await api.call('GET', '/api/channels')).json()
    expect(all.channels.map(({ name }: { name: string }) => name)).toEqual([
      'orders:1',
      'public:b',
      'public:live',
      'public:z',
    ])
    expect(all.channels[2]).toEqual({
      name: 'public:live',
      match: 'public:*',
      subscribers: 4,
      perSecond: 0,
      messages: 0,
      bytes: 0,
    })
    expect(all.channels[1]).toMatchObject({ subscribers: 0, messages: 1, last: expect.any(Number) })
    expect(all).not.toHaveProperty('next')
    const first = (await api.call('GET', '/api/channels?prefix=public:&limit=2')).json()
    expect(first).toMatchObject({
      channels: [{ name: 'public:b' }, { name: 'public:live' }],
      next: 'public:live',
    })
    const rest = (await api.call('GET', `/api/channels?prefix=public:&limit=2&after=${first.next}`)).json()
    expect(rest).toMatchObject({ channels: [{ name: 'public:z' }] })
    expect(rest).not.toHaveProperty('next')
  })

  test('[N3] one has its rule and figures, used or not', async () => {
    const { call } = await startApi()
    const dayMs = 24 * 3600 * 1000
    expect((await call('GET', '/api/channels/public:live')).json()).toEqual({
      name: 'public:live',
      match: 'public:*',
      subscribers: 4,
      perSecond: 0,
      messages: 0,
      bytes: 0,
      rule: {
        match: 'public:*',
        subscribe: 'anyone',
        publish: 'nobody',
        presence: false,
        history: { messages: 1000, ageMs: dayMs },
      },
    })
    expect((await call('GET', '/api/channels/live:x')).json().rule.history).toBe(false)
  })

  test('[N1] names in the path are percent-decoded and checked', async () => {
    const { call } = await startApi()
    const name = `a/b?c#d%${'é'.length}`
    expect((await call('GET', `/api/channels/${encodeURIComponent(name)}`)).json().name).toBe(name)
    const long = 'é'.repeat(300)
    for (const bad of ['a%20b', 'a%2Ab', encodeURIComponent(long), 'x'.repeat(201)]) {
      const answer = await call('GET', `/api/channels/${bad}`)
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'bad_request'])
    }
    expect((await call('GET', '/api/channels/%ff')).json()).toMatchObject({
      status: 400,
      code: 'bad_request',
    })
  })

  test('[S7] a client reads the channels that it may subscribe to', async () => {
    const { call } = await startApi()
    const as = token({ sub: 'ada', subscribe: ['orders:*'] })
    const status = async (url: string, who: string | null) => (await call('GET', url, { as: who })).statusCode
    for (const end of ['', '/messages']) {
      expect(await status(`/api/channels/orders:1${end}`, as)).toBe(200)
      expect(await status(`/api/channels/@ada${end}`, as)).toBe(200)
      expect(await status(`/api/channels/@bob${end}`, as)).toBe(403)
      expect(await status(`/api/channels/secret${end}`, as)).toBe(403)
      expect(await status(`/api/channels/secret${end}`, null)).toBe(401)
      expect(await status(`/api/channels/public:x${end}`, null)).toBe(200)
      expect(await status(`/api/channels/orders:1${end}`, SCOPED_KEY)).toBe(403)
      expect(await status(`/api/channels/$stats${end}`, KEY)).toBe(403)
    }
    expect(await status('/api/channels', as)).toBe(403)
    expect(await status('/api/channels', READ_KEY)).toBe(200)
  })
})
