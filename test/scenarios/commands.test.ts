// Rules W2 and W3: commands of a WebSocket, their answers, and what is refused without harm to the connection.

import { expect, test } from 'vitest'
import { dataOf, messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

const user = (scope: Scope, channels: string | string[] = []) => {
  const token = gateway().jwt({ sub: 'ann', subscribe: ['room:*'], publish: ['room:*'] })
  return openWebSocket(scope, gateway().url, { channels, token })
}

test('[W3] ping is answered with its ref, a number or a string', async t => {
  const socket = await user(t)
  socket.send(JSON.stringify({ type: 'ping', ref: 7 }))
  expect(await socket.next({ ref: 7 })).toEqual({ type: 'pong', ref: 7 })
  socket.send(JSON.stringify({ type: 'ping', ref: 'seven' }))
  expect(await socket.next({ ref: 'seven' })).toEqual({ type: 'pong', ref: 'seven' })
  socket.send(JSON.stringify({ type: 'ping' }))
  expect(await socket.next('pong')).toEqual({ type: 'pong' })
})

test('[W3] a ref that JavaScript cannot hold comes back as it was written', async t => {
  const socket = await user(t)
  const texts: string[] = []
  socket.socket.on('message', bytes => texts.push(String(bytes)))
  socket.send('{"type":"ping","ref":9007199254740993}')
  socket.send('{"type":"history","ref":1.50,"channel":"room:a"}')
  await socket.next('history')
  expect(texts).toContain('{"type":"pong","ref":9007199254740993}')
  expect(texts.at(-1)).toMatch(/^\{"type":"history","ref":1\.50,/)
})

test('[W3] publish: everyone receives it with the user, the publisher too', async t => {
  const channel = freshChannel('room:')
  const [publisher, other] = [await user(t, channel), await user(t, channel)]
  await other.next('live')
  const answer = await publisher.ask({ type: 'publish', channel, data: { text: 'hi' }, event: 'chat' })
  expect(answer).toMatchObject({ type: 'published', id: expect.any(String) })
  for (const socket of [other, publisher]) {
    const message = messagesOf(socket.frames, channel)[0] ?? (await socket.next('message'))
    expect(message).toMatchObject({ id: answer.id, user: 'ann', event: 'chat', data: { text: 'hi' } })
  }
})

test('[W3] many publishes in flight keep their order', async t => {
  const channel = freshChannel('room:')
  const socket = await user(t, channel)
  await socket.next('live')
  for (const number of range(1, 40)) {
    socket.send(JSON.stringify({ type: 'publish', ref: number, channel, data: number }))
  }
  while (messagesOf(socket.frames).length < 40) await socket.next('message')
  await socket.ask({ type: 'ping' })
  expect(dataOf(socket.frames)).toEqual(range(1, 40))
  const published = socket.frames.filter(frame => frame.type === 'published')
  expect(published.map(frame => frame.ref)).toEqual(range(1, 40))
  const ids = messagesOf(socket.frames).map(frame => frame.id)
  expect(published.map(frame => frame.id)).toEqual(ids)
})

test('[H2] publish with a key twice stores once and says `duplicate`', async t => {
  const channel = freshChannel('room:')
  const socket = await user(t, channel)
  await socket.next('live')
  const first = await socket.ask({ type: 'publish', channel, data: 1, key: 'k' })
  const second = await socket.ask({ type: 'publish', channel, data: 2, key: 'k' })
  expect(second).toMatchObject({ type: 'published', id: first.id, duplicate: true })
  await socket.ask({ type: 'publish', channel, data: 3 })
  while (messagesOf(socket.frames).length < 2) await socket.next('message')
  expect(dataOf(socket.frames)).toEqual([1, 3])
})

test('[W3] history answers with messages oldest first, and whether there are more', async t => {
  const channel = freshChannel('room:')
  const ids = []
  for (const number of range(1, 9)) ids.push(await gateway().publish(channel, number))
  const socket = await user(t)
  const newest = await socket.ask({ type: 'history', channel, limit: 3 })
  expect(newest).toMatchObject({ type: 'history', channel, oldest: ids[0], more: true })
  expect(newest.messages!.map(message => message.data)).toEqual([7, 8, 9])
  const before = await socket.ask({ type: 'history', channel, before: ids[3]! })
  expect(before.messages!.map(message => message.data)).toEqual([1, 2, 3])
  expect(before.more).toBe(false)
  const since = await socket.ask({ type: 'history', channel, since: ids[2]!, limit: 2 })
  expect(since.messages!.map(message => message.data)).toEqual([4, 5])
  expect(since.more).toBe(true)
})

const refused: [string, object, string][] = [
  ['an unknown type', { type: 'dance' }, 'type'],
  ['no type', {}, 'type'],
  ['an unknown field', { type: 'subscribe', channel: 'room:1', chanel: 'x' }, 'chanel'],
  ['a missing field', { type: 'subscribe' }, 'channel'],
  ['a field of the wrong type', { type: 'subscribe', channel: 5 }, 'channel'],
  ['an impossible name', { type: 'subscribe', channel: 'a b' }, 'channel'],
  ['a name too long', { type: 'subscribe', channel: 'r'.repeat(201) }, 'channel'],
  ['a publish without data', { type: 'publish', channel: 'room:1' }, 'data'],
  ['a negative history', { type: 'subscribe', channel: 'room:1', history: -1 }, 'history'],
  ['a key that is no text', { type: 'publish', channel: 'room:1', data: 1, key: 5 }, 'key'],
  ['a limit of nonsense', { type: 'history', channel: 'room:1', limit: 'all' }, 'limit'],
]

test.for(refused)('[W3] %s is refused by name, and the connection stays', async ([, command, named], t) => {
  const socket = await user(t)
  const answer = await socket.ask(command as { type: string })
  expect(answer).toMatchObject({ type: 'failure', code: 'bad_request' })
  expect(answer.message).toContain(named)
  expect(await socket.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
})

test('[N2] a client may neither publish nor subscribe where it has no grant', async t => {
  const socket = await user(t)
  for (const channel of ['secret', '@bob', '$stats', '$events']) {
    const subscribe = await socket.ask({ type: 'subscribe', channel })
    expect(subscribe, channel).toMatchObject({ type: 'failure', code: 'forbidden' })
    const publish = await socket.ask({ type: 'publish', channel, data: 1 })
    expect(publish, channel).toMatchObject({ type: 'failure', code: 'forbidden' })
  }
})

test('[W3] a failed command between others does not disturb their order', async t => {
  const channel = freshChannel('room:')
  const socket = await user(t)
  const commands = [
    { type: 'subscribe', ref: 1, channel },
    { type: 'subscribe', ref: 2, channel: 'forbidden' },
    { type: 'publish', ref: 3, channel, data: 'x' },
    { type: 'nonsense', ref: 4 },
    { type: 'ping', ref: 5 },
  ]
  for (const command of commands) socket.send(JSON.stringify(command))
  await socket.next({ ref: 5 })
  const answers = socket.frames.filter(frame => frame.ref !== undefined)
  expect(answers.map(frame => [frame.ref, frame.type])).toEqual([
    [1, 'subscribed'],
    [2, 'failure'],
    [3, 'published'],
    [4, 'failure'],
    [5, 'pong'],
  ])
})
