// Proves what `POST /api/publish` makes of requests, good and bad.

import { describe, expect, test } from 'vitest'
import type { Identity } from '../../gateway/core/identity.ts'
import { EPOCH, KEY, READ_KEY, SCOPED_KEY, startApi, token } from './api-fixture.ts'

describe('one message', () => {
  test('[H1] answers id, channel and subscribers', async () => {
    const { call, log } = await startApi()
    const answer = await call('POST', '/api/publish', { body: { channel: 'public:demo', data: 'Hello' } })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.json()).toEqual({ id: `${EPOCH}-1`, channel: 'public:demo', subscribers: 2 })
    expect(log.messages[0]).toMatchObject({ channel: 'public:demo', data: '"Hello"' })
  })

  test('[C4] has no id in a channel without history', async () => {
    const { call } = await startApi()
    const answer = await call('POST', '/api/publish', { body: { channel: 'live:x', data: null } })
    expect(answer.json()).toEqual({ channel: 'live:x', subscribers: 0 })
  })

  test('carries event, sender and ttl; user is the personal channel', async () => {
    const { call, log } = await startApi()
    const body = { user: 'ada lovelace', data: 1, event: 'e', sender: 's', ttl: 1.5 }
    expect((await call('POST', '/api/publish', { body })).json().channel).toBe('@ada%20lovelace')
    expect(log.published[0]).toMatchObject({
      channel: '@ada%20lovelace',
      event: 'e',
      sender: 's',
      ttlMs: 1500,
    })
  })

  test('[N2] a user may be a number, as in a database; beyond what a number holds exactly it must be a text', async () => {
    const { call } = await startApi()
    const publishTo = (user: string) => call('POST', '/api/publish', { body: `{"user":${user},"data":1}` })
    expect((await publishTo('42')).json().channel).toBe('@42')
    for (const user of ['4.2', '90071992547409931', 'null']) {
      const answer = await publishTo(user)
      expect(answer.statusCode).toBe(400)
    }
  })

  test('[H3] keeps the tokens of data and drops insignificant white space', async () => {
    const { call, log } = await startApi()
    const data = '{"z":12345678901234567890,"a":1.10,"z":[ ],"__proto__":{"x":1e400}}'
    await call('POST', '/api/publish', { body: `\n{ "data" : ${data} , "channel" : "public:demo" }\n` })
    expect(log.messages[0]?.data).toBe(data.replace('[ ]', '[]'))
  })

  test('[R6] takes data that is nested very deep', async () => {
    const { call, log } = await startApi()
    const data = '['.repeat(30_000) + ']'.repeat(30_000)
    const answer = await call('POST', '/api/publish', { body: `{"channel":"public:demo","data":${data}}` })
    expect(answer.statusCode).toBe(200)
    expect(log.messages[0]?.data).toBe(data)
  })

  test('[H5] [R6] more than a plain body is not even read for somebody who shows nothing', async () => {
    const { call, log } = await startApi()
    const body = `[${'{"channel":"public:demo","data":1},'.repeat(40_000)}1]`
    const answer = await call('POST', '/api/publish', { body, as: null })
    expect(answer.statusCode).toBe(413)
    expect(answer.json().detail).toContain('needs an API key or a token')
    expect(log.published).toEqual([])
  })

  test.each([
    ['application/x-www-form-urlencoded'],
    ['text/plain; charset=utf-8'],
    ['multipart/form-data'],
    ['not a media type'],
  ])('[H3] is read as JSON with Content-Type %s', async type => {
    const { call } = await startApi()
    const headers = { 'content-type': type }
    const answer = await call('POST', '/api/publish', { body: '{"channel":"public:demo","data":1}', headers })
    expect(answer.statusCode).toBe(200)
  })
})

const BAD: [string, string | Buffer, number, RegExp][] = [
  ['an empty body', '', 400, /empty/],
  ['broken JSON', '{"channel":"a","data":x}', 400, /unexpected 'x' at position 22/],
  ['a scalar', '7', 400, /must be an object/],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, /UTF-8/],
  ['no data', '{"channel":"a"}', 400, /"data" is missing/],
  ['no channel', '{"data":1}', 400, /exactly one of "channel", "channels" and "user"/],
  ['two targets', '{"channel":"a","user":"b","data":1}', 400, /exactly one of/],
  ['an unknown member', '{"chanel":"a","data":1}', 400, /"chanel"/],
  ['__proto__ as a member', '{"__proto__":{},"channel":"a","data":1}', 400, /"__proto__"/],
  ['a member twice', '{"channel":"a","data":1,"data":2}', 400, /"data" is there twice/],
  ['a channel that is a number', '{"channel":5,"data":1}', 400, /must be a string, not a number/],
  ['channels that are no array', '{"channels":"a","data":1}', 400, /must be an array/],
  ['no channels', '{"channels":[],"data":1}', 400, /must be an array of/],
  ['an empty user', '{"user":"","data":1}', 400, /"user"/],
  ['an event that is null', '{"channel":"a","data":1,"event":null}', 400, /"event" must be a string/],
  ['a key that is a number', '{"channel":"a","data":1,"key":5}', 400, /"key" must be a string/],
  ['an empty key', '{"channel":"a","data":1,"key":""}', 400, /"key"/],
  ['a ttl in words', '{"channel":"a","data":1,"ttl":"5m"}', 400, /"ttl"/],
  ['a ttl of 0', '{"channel":"a","data":1,"ttl":0}', 400, /"ttl"/],
  ['a ttl without end', '{"channel":"a","data":1,"ttl":1e999}', 400, /"ttl"/],
  ['a channel with a space', '{"channel":"a b","data":1}', 400, /"a b" is no channel name/],
  ['an empty channel', '{"channel":"","data":1}', 400, /is no channel name/],
  ['a pattern', '{"channel":"a*","data":1}', 400, /is no channel name/],
  ['a long channel', `{"channel":"${'a'.repeat(201)}","data":1}`, 400, /is no channel name/],
  ["the gateway's own channel", '{"channel":"$stats","data":1}', 403, /\$stats/],
  ['too much data', `{"channel":"a","data":"${'x'.repeat(65_536)}"}`, 413, /65538 bytes/],
  ['too large an object', ` {"channel":"a","data":"${'x'.repeat(1_100_000)}"}`, 413, /1048576/],
  ['too large an array', `[{"channel":"a","data":"${'x'.repeat(8_400_000)}"}]`, 413, /8388608/],
]

test.each(BAD)('[H3] refuses %s', async (_title, body, status, sentence) => {
  const { call, log } = await startApi()
  const answer = await call('POST', '/api/publish', { body })
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.json()).toMatchObject({
    type: 'about:blank',
    status,
    detail: expect.stringMatching(sentence),
  })
  expect(answer.statusCode).toBe(status)
  expect(log.published).toEqual([])
})

describe('many messages', () => {
  test('[H3] one invalid item fails alone, in its place', async () => {
    const { call, log } = await startApi()
    const body = [
      { channel: 'a', data: 1 },
      { channel: 'b c', data: 2 },
      { channel: 'd' },
      5,
      { channel: 'e', data: 'x'.repeat(70_000) },
      { channels: ['f', '$stats', 'g'], data: 3 },
    ]
    const answer = await call('POST', '/api/publish', { body })
    expect(answer.statusCode).toBe(200)
    const results: { channel?: string; error?: { code: string; message: string } }[] = answer.json().results
    expect(results.map(result => result.channel ?? result.error?.code)).toEqual([
      'a',
      'bad_request',
      'bad_request',
      'bad_request',
      'too_large',
      'f',
      'forbidden',
      'g',
    ])
    expect(log.published.map(({ channel }) => channel)).toEqual(['a', 'f', 'g'])
  })

  test('several channels of one message each have a result', async () => {
    const { call } = await startApi()
    const answer = await call('POST', '/api/publish', { body: { channels: ['a', 'b'], data: 1 } })
    expect(answer.json().results).toEqual([
      { id: `${EPOCH}-1`, channel: 'a', subscribers: 2 },
      { id: `${EPOCH}-2`, channel: 'b', subscribers: 2 },
    ])
  })

  test('an empty array has no results', async () => {
    const { call } = await startApi()
    expect((await call('POST', '/api/publish', { body: '[]' })).json()).toEqual({ results: [] })
  })

  test('1000 messages are taken, 1001 are not, however they are written', async () => {
    const { call, log } = await startApi()
    const items = (count: number) => Array.from({ length: count }, () => ({ channel: 'a', data: 1 }))
    const channels = Array.from({ length: 501 }, (_, index) => `c${index}`)
    expect((await call('POST', '/api/publish', { body: items(1000) })).json().results).toHaveLength(1000)
    log.published.length = 0
    for (const body of [
      items(1001),
      [
        { channels, data: 1 },
        { channels, data: 1 },
      ],
      { channels: [...channels, ...channels], data: 1 },
    ]) {
      const answer = await call('POST', '/api/publish', { body })
      expect(answer.statusCode).toBe(413)
      expect(answer.json()).toMatchObject({ code: 'too_large', detail: expect.stringContaining('1000') })
    }
    expect(log.published).toEqual([])
  })
})

test('[H5] an array over the size of a body is only read for somebody', async () => {
  const nobody = { kind: 'client', subscribe: () => true, publish: () => true } as const
  const authority = { consult: async () => null }
  const body = JSON.stringify([{ channel: 'a', data: 1 }]) + ' '.repeat(1024 * 1024)
  const statusFor = async (identity: Identity) => {
    const { call } = await startApi({ identify: async () => identity })
    return (await call('POST', '/api/publish', { body })).statusCode
  }
  expect(await statusFor({ kind: 'anonymous' })).toBe(413)
  // Whom the application knows nothing of is nobody too.
  expect(await statusFor({ ...nobody, authority })).toBe(413)
  expect(await statusFor({ ...nobody, user: 'ann', authority })).toBe(200)
  expect(await statusFor(nobody)).toBe(200)
})

describe('idempotency', () => {
  test('[H2] a key publishes once, in the body or in the header', async () => {
    const { call, log } = await startApi()
    const body = { channel: 'a', data: 1 }
    const first = await call('POST', '/api/publish', { body: { ...body, key: 'k' } })
    const again = await call('POST', '/api/publish', { body, headers: { 'idempotency-key': 'k' } })
    const both = await call('POST', '/api/publish', {
      body: { ...body, key: 'k' },
      headers: { 'idempotency-key': 'k' },
    })
    for (const answer of [again, both])
      expect(answer.json()).toMatchObject({ id: first.json().id, duplicate: true })
    expect(log.published).toHaveLength(1)
  })

  test('[H2] two keys that differ are refused, and so is the header for an array', async () => {
    const { call } = await startApi()
    const headers = { 'idempotency-key': 'k' }
    for (const body of [{ channel: 'a', data: 1, key: 'l' }, [{ channel: 'a', data: 1 }]]) {
      expect((await call('POST', '/api/publish', { body, headers })).statusCode).toBe(400)
    }
  })

  test('[H2] keys belong to all API keys together, and to each user', async () => {
    const { call, log } = await startApi()
    const body = { channel: 'orders:1', data: 1, key: 'k' }
    for (const as of [KEY, SCOPED_KEY, ...['ada', 'bob'].map(sub => token({ sub, publish: ['orders:*'] }))]) {
      await call('POST', '/api/publish', { body, as })
    }
    expect(log.published.map(({ idempotency }) => idempotency?.scope)).toEqual([
      'key',
      'user:ada',
      'user:bob',
    ])
  })
})

describe('permissions', () => {
  test.each([
    ['nobody', null, 'orders:1', 401],
    ['a wrong key', 'no-such-key', 'orders:1', 401],
    ['a broken token', 'a.b.c', 'orders:1', 401],
    ['a key without scope', READ_KEY, 'orders:1', 403],
    ['a key outside its scope', SCOPED_KEY, 'public:demo', 403],
    ['a client without the grant', token({ sub: 'ada', publish: ['x:*'] }), 'orders:1', 403],
    ['a client where nobody may', token({ sub: 'ada', publish: ['*'] }), 'public:demo', 403],
  ])('%s is refused with a sentence', async (_who, as, channel, status) => {
    const { call, log } = await startApi()
    const answer = await call('POST', '/api/publish', { body: { channel, data: 1 }, as })
    expect(answer.statusCode).toBe(status)
    expect(answer.json().detail).toMatch(/^[A-Z"].*[.]$/)
    expect(log.published).toEqual([])
  })

  test('[S7] a client publishes with its own token, under its own name', async () => {
    const { call, log } = await startApi()
    const as = token({ sub: 'ada', publish: ['orders:*'] })
    expect(
      (await call('POST', '/api/publish', { body: { channel: 'orders:1', data: 1 }, as })).statusCode,
    ).toBe(200)
    expect(
      (await call('POST', '/api/publish', { body: { channel: 'chat:1', data: 1 }, as })).statusCode,
    ).toBe(200)
    expect(log.messages.map(({ user }) => user)).toEqual(['ada', 'ada'])
  })

  test('a page of a foreign origin does not publish with what the browser sends by itself', async () => {
    const { call, log } = await startApi()
    const cookie = `twinwire_token=${token({ sub: 'ada', publish: ['orders:*'] })}`
    const body = { channel: 'orders:1', data: 1 }
    const send = (origin: string) =>
      call('POST', '/api/publish', { body, as: null, headers: { cookie, origin } })
    expect((await send('https://evil.example')).statusCode).toBe(403)
    expect(log.published).toEqual([])
    expect((await send('https://app.example')).statusCode).toBe(200)
  })
})

test('[H1] 503 with Retry-After when the log cannot be written, and it works again when it can', async () => {
  const { call, log } = await startApi()
  log.broken = true
  for (const body of [{ channel: 'a', data: 1 }, [{ channel: 'a', data: 1 }]]) {
    const answer = await call('POST', '/api/publish', { body })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.json().code).toBe('unavailable')
  }
  log.broken = false
  expect((await call('POST', '/api/publish', { body: { channel: 'a', data: 1 } })).statusCode).toBe(200)
})
