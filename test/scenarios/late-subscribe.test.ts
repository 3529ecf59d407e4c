// Rules C2 and W3 on WebSocket: channels that join and leave a connection that is already open.

import { expect, test } from 'vitest'
import { dataOf, messagesOf, range, seqOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { publishNumbers } from '../harness/traffic.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope => startGateway(scope))

test('[C2] a later subscribe with `since` replays that channel, then says `live`', async t => {
  const [a, b] = [freshChannel(), freshChannel()]
  const since = await gateway().publish(b, 1)
  for (const number of range(2, 5)) await gateway().publish(b, number)
  const socket = await openWebSocket(t, gateway().url, { channels: a })
  await socket.next('live')
  const answer = await socket.ask({ type: 'subscribe', channel: b, since })
  expect(answer).toMatchObject({ type: 'subscribed', channel: b, recovered: true })
  const live = await socket.next('live')
  expect(live).toMatchObject({ channels: [b] })
  expect(dataOf(socket.frames, b)).toEqual(range(2, 5))
  await gateway().publish(a, 'a')
  await gateway().publish(b, 'b')
  await socket.next({ data: 'b' })
  expect(dataOf(socket.frames)).toEqual([2, 3, 4, 5, 'a', 'b'])
})

test('[C2] late subscribes during hard publishing: every channel exactly once and in order', async t => {
  const channels = range(1, 4).map(() => freshChannel())
  const since = await gateway().publish(channels[0]!, 0)
  const socket = await openWebSocket(t, gateway().url, { channels: channels[0]!, since })
  const traffic = publishNumbers(() => gateway().url, channels, 300)
  for (const channel of channels.slice(1)) {
    await socket.next({ channel: channels[0]!, data: 50 * channels.indexOf(channel) })
    await socket.ask({ type: 'subscribe', channel, since })
  }
  await traffic.done
  for (const channel of channels) {
    const complete = async () => {
      while (messagesOf(socket.frames, channel).length < 300) await socket.next('message')
    }
    await complete()
    expect(dataOf(socket.frames, channel)).toEqual(range(1, 300))
    const seqs = messagesOf(socket.frames, channel).map(frame => seqOf(frame.id))
    expect(seqs).toEqual([...new Set(seqs)].sort((x, y) => x - y))
  }
})

test('[C2] after its `live`, the last id of the connection resumes every channel', async t => {
  const [a, b] = [freshChannel(), freshChannel()]
  await gateway().publish(b, 1)
  const first = await openWebSocket(t, gateway().url, { channels: a })
  await first.next('live')
  await first.ask({ type: 'subscribe', channel: b, history: 1 })
  await first.next('live')
  await gateway().publish(a, 2)
  await first.next({ data: 2 })
  first.cut()
  await gateway().publish(b, 3)
  await gateway().publish(a, 4)
  const second = await first.resume({ channels: [a, b] })
  await second.next('live')
  expect(dataOf(second.frames)).toEqual([3, 4])
})

test('[C3] a later subscribe with a foreign cursor gets `reset` and what is kept', async t => {
  const channel = freshChannel()
  for (const number of range(1, 4)) await gateway().publish(channel, number)
  const socket = await openWebSocket(t, gateway().url)
  await socket.next('welcome')
  const answer = await socket.ask({ type: 'subscribe', channel, since: 'zzzzzzzz-3', history: 2 })
  expect(answer).toMatchObject({ type: 'subscribed', recovered: false })
  expect(await socket.next('gap')).toMatchObject({ channel, reason: 'reset', requested: 'zzzzzzzz-3' })
  await socket.next('live')
  expect(dataOf(socket.frames)).toEqual([3, 4])
})

test('[W3] subscribing again answers `subscribed` and replays nothing', async t => {
  const channel = freshChannel()
  const since = await gateway().publish(channel, 1)
  await gateway().publish(channel, 2)
  const socket = await openWebSocket(t, gateway().url, { channels: channel, since })
  await socket.next('live')
  const again = await socket.ask({ type: 'subscribe', channel, since })
  expect(again).toMatchObject({ type: 'subscribed', channel })
  await gateway().publish(channel, 3)
  await socket.next({ data: 3 })
  expect(dataOf(socket.frames)).toEqual([2, 3])
})

test('[W3] after `unsubscribed` nothing of the channel arrives; a new subscribe begins anew', async t => {
  const [a, b] = [freshChannel(), freshChannel()]
  const socket = await openWebSocket(t, gateway().url, { channels: [a, b] })
  await socket.next('live')
  expect(await socket.ask({ type: 'unsubscribe', channel: a })).toMatchObject({
    type: 'unsubscribed',
    channel: a,
  })
  const missed = await gateway().publish(a, 'missed')
  await gateway().publish(b, 'there')
  await socket.next({ data: 'there' })
  expect(dataOf(socket.frames)).toEqual(['there'])
  await socket.ask({ type: 'subscribe', channel: a, history: 1 })
  expect(await socket.next('message')).toMatchObject({ id: missed, data: 'missed' })
  await socket.next('live')
})

test('[W3] commands take effect in the order sent: subscribe, unsubscribe, subscribe', async t => {
  const channel = freshChannel()
  await gateway().publish(channel, 1)
  const socket = await openWebSocket(t, gateway().url)
  await socket.next('welcome')
  for (const [ref, type, more] of [
    ['one', 'subscribe', {}],
    ['two', 'unsubscribe', {}],
    ['three', 'subscribe', { history: 1 }],
  ] as const) {
    socket.send(JSON.stringify({ type, ref, channel, ...more }))
  }
  await socket.next({ ref: 'three' })
  const answers = socket.frames.filter(frame => frame.ref !== undefined)
  expect(answers.map(frame => frame.type)).toEqual(['subscribed', 'unsubscribed', 'subscribed'])
  await socket.next('live')
  await gateway().publish(channel, 2)
  await socket.next({ data: 2 })
  expect(dataOf(socket.frames)).toEqual([1, 2])
})
