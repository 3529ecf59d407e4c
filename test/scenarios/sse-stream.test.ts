// Rules S2, S3, S5, S6: the bytes of an event stream, as a browser's EventSource will read them.

import { expect, test } from 'vitest'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

test('[S2] headers keep proxies and caches out of the way; it begins with `retry:`', async t => {
  const retries = new Set<number>()
  for (const _ of range(1, 8)) {
    const stream = await openSse(t, gateway().url, { channels: 'public:a' })
    await stream.next('live')
    expect(stream.status).toBe(200)
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers['cache-control']).toBe('no-cache, no-transform')
    expect(stream.headers['x-accel-buffering']).toBe('no')
    expect(stream.parser.text.startsWith('retry:')).toBe(true)
    expect(stream.parser.retryMs).toBeGreaterThanOrEqual(2000)
    expect(stream.parser.retryMs).toBeLessThanOrEqual(3000)
    retries.add(stream.parser.retryMs!)
    stream.cut()
  }
  expect(retries.size).toBeGreaterThan(1)
})

test('[S3] messages are unnamed events with an id; every other frame is named by its type', async t => {
  const channel = freshChannel()
  const id = await gateway().publish(channel, 1)
  const stream = await openSse(t, gateway().url, { channels: [channel, 'secret:x'], history: 1 })
  const live = await stream.next('live')
  for (const [index, event] of stream.events.entries()) {
    expect(event.name).toBe(stream.frames[index]!.type)
    expect(event.lines).toBe(1)
  }
  const ids = stream.events.map(event => [event.name, event.id === null ? null : 'id'])
  expect(ids).toEqual([
    ['welcome', 'id'],
    ['subscribed', null],
    ['failure', null],
    ['message', 'id'],
    ['live', 'id'],
  ])
  expect(stream.events.find(event => event.name === 'message')!.id).toBe(id)
  expect(stream.events.at(-1)!.id).toBe(live.cursor)
  expect(stream.parser.text).not.toMatch(/event: ?message/)
})

test('[S3] with a cursor presented, `welcome` carries no id', async t => {
  const channel = freshChannel()
  const since = await gateway().publish(channel, 1)
  const stream = await openSse(t, gateway().url, { channels: channel, since })
  await stream.next('live')
  expect(stream.events[0]).toMatchObject({ name: 'welcome', id: null })
})

test('[S1] Last-Event-ID wins over `since`; an empty one does not count', async t => {
  const channel = freshChannel()
  const ids = []
  for (const number of range(1, 4)) ids.push(await gateway().publish(channel, number))
  const both = await openSse(t, gateway().url, {
    channels: channel,
    since: ids[0]!,
    headers: { 'Last-Event-ID': ids[2]! },
  })
  expect(await both.next('message')).toMatchObject({ data: 4 })
  const empty = await openSse(t, gateway().url, {
    channels: channel,
    since: ids[1]!,
    headers: { 'Last-Event-ID': '' },
  })
  expect(await empty.next('message')).toMatchObject({ data: 3 })
})

const awkward: [string, string][] = [
  ['line breaks', JSON.stringify('a\nb\r\nc\rd')],
  ['line and paragraph separators', '"a\u2028b\u2029c"'],
  ['NUL and other controls', '"\\u0000\\u0001\\u001f\\u007f"'],
  ['what looks like the format', JSON.stringify('\n\nevent: evil\ndata: x\n\nid: 1\n:')],
  ['astral and lone surrogates', '"😀 \\ud800 \\udc00"'],
  ['a byte order mark', '"\uFEFFx"'],
  ['pretty-printed JSON', '{\n  "a": [\n    1,\r\n    2\n  ],\n\t"b": {}\n}'],
  ['numbers as written', '[12345678901234567890, 1.10, 1E3, -0]'],
]

test.for(awkward)('[S6] data with %s arrives as one valid line, the same on both', async ([, data], t) => {
  const channel = freshChannel()
  const stream = await openSse(t, gateway().url, { channels: channel })
  const socket = await openWebSocket(t, gateway().url, { channels: channel })
  await stream.next('live')
  await socket.next('live')
  const body = `{"channel":${JSON.stringify(channel)},"data":${data}}`
  expect((await gateway().api('POST', '/api/publish', { body })).status).toBe(200)
  for (const subscriber of [stream, socket]) {
    expect((await subscriber.next('message')).data).toEqual(JSON.parse(data))
  }
  expect(stream.events.at(-1)!.lines).toBe(1)
  const replayed = await openSse(t, gateway().url, { channels: channel, history: 1 })
  expect((await replayed.next('message')).data).toEqual(JSON.parse(data))
})

test('[S6] event names, users and channels cannot break the format either', async t => {
  const channel = freshChannel()
  const stream = await openSse(t, gateway().url, { channels: channel })
  await stream.next('live')
  const answer = await gateway().api('POST', '/api/publish', {
    body: { channel, data: 1, event: 'a\n\ndata: evil' },
  })
  if (answer.status === 200) expect(await stream.next('message')).toMatchObject({ event: 'a\n\ndata: evil' })
  else expect(answer.status).toBe(400)
  await gateway().publish(channel, 2)
  expect(await stream.next({ data: 2 })).toMatchObject({ channel })
})

test('[S5] a final goodbye carries a stop id; presenting it is answered 204', async t => {
  const channel = freshChannel()
  const stream = await openSse(t, gateway().url, { channels: channel })
  const { connection } = await stream.next('welcome')
  const removed = await gateway().api('DELETE', `/api/connections/${connection}`)
  expect(removed.status).toBe(204)
  expect(await stream.next('goodbye')).toMatchObject({ code: 'kicked', reconnect: false })
  await stream.ended
  expect(stream.lastId).toMatch(/^stop-/)
  const again = await stream.resume()
  expect(again.status).toBe(204)
  expect((await again.ended).body).toBe('')
})

test('[S5] HEAD on a stream does not open one', async () => {
  const before = await gateway().api('GET', '/api/connections?limit=1000')
  const answer = await fetch(`${gateway().url}/sse?channels=public:a`, { method: 'HEAD' })
  expect(answer.status).toBe(405)
  const after = await gateway().api('GET', '/api/connections?limit=1000')
  expect(after.json.connections!.length).toBeLessThanOrEqual(before.json.connections!.length)
})
