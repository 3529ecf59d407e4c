// Rules H1–H5 over HTTP: every form of publishing, and everything that is refused. Knows the protocol only.

import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../harness/call.ts'
import { range } from '../harness/frame.ts'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

const publish = (body: unknown, options: CallOptions = {}) =>
  gateway().api('POST', '/api/publish', { body, ...options })

const pathOf = (channel: string) => `/api/channels/${encodeURIComponent(channel)}/messages`

describe('forms', () => {
  test('[H5] one object: id, channel, and how many live subscriptions it went to', async t => {
    const channel = freshChannel()
    for (const _ of range(1, 3)) {
      const socket = await openWebSocket(t, gateway().url, { channels: channel })
      await socket.next('live')
    }
    const answer = await publish({ channel, data: { hello: 'world' }, event: 'greeting' })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ id: expect.stringMatching(/^[a-z0-9]{8}-\d+$/), channel, subscribers: 3 })
  })

  test('[H1] several channels: results in order', async () => {
    const channels = [freshChannel(), freshChannel(), freshChannel()]
    const answer = await publish({ channels, data: 1 })
    expect(answer.status).toBe(200)
    expect(answer.json.results!.map(result => result.channel)).toEqual(channels)
    expect(new Set(answer.json.results!.map(result => result.id)).size).toBe(3)
  })

  test('[H3] an array: one invalid item fails alone', async () => {
    const channel = freshChannel()
    const answer = await publish([
      { channel, data: 1 },
      { channel: 'a b', data: 2 },
      { channel },
      { channel, data: 3, surprise: true },
      { channel, data: 'x'.repeat(70_000) },
      { channel, data: 4 },
    ])
    expect(answer.status).toBe(200)
    const codes = answer.json.results!.map(result => result.error?.code ?? 'stored')
    expect(codes).toEqual(['stored', 'bad_request', 'bad_request', 'bad_request', 'too_large', 'stored'])
    const history = await gateway().api('GET', pathOf(channel))
    expect(history.json.messages!.map(message => message.data)).toEqual([1, 4])
  })

  test('[H1] a thousand in one request, not one more', async () => {
    const channel = freshChannel()
    const items = range(1, 1000).map(data => ({ channel, data }))
    const full = await publish(items)
    expect(full.status).toBe(200)
    expect(full.json.results).toHaveLength(1000)
    const over = await publish([...items, { channel, data: 1001 }])
    expect([400, 413]).toContain(over.status)
    const expanded = await publish({ channels: range(1, 1001).map(n => `public:many-${n}`), data: 1 })
    expect([400, 413]).toContain(expanded.status)
    expect((await publish([])).status).toBeLessThan(500)
  })

  test('[H3] the body is JSON whatever its Content-Type, so that `curl -d` works', async () => {
    const body = JSON.stringify({ channel: freshChannel(), data: 1 })
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json; charset=utf-8',
    ]) {
      expect((await publish(body, { headers: { 'Content-Type': type } })).status, type).toBe(200)
    }
    expect(await postWithoutType(body)).toBe(200)
  })
})

/** `fetch` always sets a Content-Type; this does not. */
function postWithoutType(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${API_KEY}`, 'Content-Length': Buffer.byteLength(body) }
    const sent = request(
      `${gateway().url}/api/publish`,
      { method: 'POST', headers, agent: false },
      response => {
        response.resume()
        resolve(response.statusCode!)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('data', () => {
  const exact = [
    '12345678901234567890',
    '1.10',
    '-0',
    '1E400',
    '{"b":1,"a":2}',
    '{"a":1,"a":2}',
    '"\\u00e9"',
    '[1,2.50,{"x":null}]',
    '{"__proto__":{"x":1}}',
    'null',
    'false',
    '""',
  ]
  test.each(exact)('[H3] %s keeps its tokens exactly', async data => {
    const channel = freshChannel()
    expect((await publish(`{"channel":"${channel}","data": ${data} }`)).status).toBe(200)
    const history = await gateway().api('GET', pathOf(channel))
    expect(history.text).toContain(`"data":${data}`)
  })

  test('[H3] insignificant white space goes, the one inside texts stays', async () => {
    const channel = freshChannel()
    await publish(`{ "channel" : "${channel}" , "data" : { "a" : [ 1 ,\n 2 ] , "b" : " x  y " } }`)
    const history = await gateway().api('GET', pathOf(channel))
    expect(history.text).toContain('"data":{"a":[1,2],"b":" x  y "}')
  })

  test('[H5] 64 KiB of UTF-8 pass, one byte more does not', async () => {
    const channel = freshChannel()
    const data = (bytes: number) => 'é'.repeat((bytes - 2) / 2)
    expect((await publish({ channel, data: data(65_536) })).status).toBe(200)
    const over = await publish({ channel, data: data(65_538) })
    expect(over.status).toBe(413)
    expect(over.json).toMatchObject({ code: 'too_large', status: 413 })
  })

  test('[H5] a body over 1 MiB is 413, an array over 8 MiB too', async () => {
    const channel = freshChannel()
    const pad = (bytes: number) => 'x'.repeat(bytes)
    expect((await publish({ channel, data: pad(1_100_000) })).status).toBe(413)
    const items = (count: number) => range(1, count).map(() => ({ channel, data: pad(60_000) }))
    expect((await publish(items(30))).status).toBe(200)
    expect((await publish(items(150))).status).toBe(413)
    expect((await publish({ channel, data: 'still there' })).status).toBe(200)
  })
})

describe('idempotency', () => {
  test('[H2] the same key answers the first id and delivers nothing', async t => {
    const channel = freshChannel()
    const socket = await openWebSocket(t, gateway().url, { channels: channel })
    await socket.next('live')
    const first = await publish({ channel, data: 1, key: 'k' })
    const second = await publish({ channel, data: 2 }, { headers: { 'Idempotency-Key': 'k' } })
    expect(second.json).toMatchObject({ id: first.json.id, duplicate: true })
    await publish({ channel, data: 3, key: 'other' })
    await socket.next({ data: 3 })
    expect(socket.frames.filter(frame => frame.type === 'message').map(frame => frame.data)).toEqual([1, 3])
  })

  test('[H2] a key counts per channel and per publisher', async () => {
    const [a, b] = [freshChannel('room:'), freshChannel('room:')]
    const ids = [(await publish({ channel: a, data: 1, key: 'k' })).json.id]
    ids.push((await publish({ channel: b, data: 1, key: 'k' })).json.id)
    for (const sub of ['ann', 'bob']) {
      const key = gateway().jwt({ sub, publish: ['room:*'] })
      ids.push((await publish({ channel: a, data: 1, key: 'k' }, { key })).json.id)
    }
    expect(new Set(ids).size).toBe(4)
  })

  test('[H2] at once, in one array and from many requests: stored once', async () => {
    const channel = freshChannel()
    const body = { channel, data: 1, key: 'k' }
    const array = await publish([body, body, body])
    const answers = await Promise.all(range(1, 20).map(() => publish(body)))
    const ids = [...array.json.results!, ...answers.map(answer => answer.json)].map(result => result.id)
    expect(new Set(ids).size).toBe(1)
    const history = await gateway().api('GET', pathOf(channel))
    expect(history.json.messages).toHaveLength(1)
  })

  test('[H2] header and member together: the same is fine, different is 400', async () => {
    const body = { channel: freshChannel(), data: 1, key: 'a' }
    expect((await publish(body, { headers: { 'Idempotency-Key': 'a' } })).status).toBe(200)
    expect((await publish(body, { headers: { 'Idempotency-Key': 'b' } })).status).toBe(400)
  })
})
