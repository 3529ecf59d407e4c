// Channels that stand elsewhere than their event stream: each is given its past by HTTP. Scripted gateway, real sockets.

import { expect, test } from 'vitest'
import { createQueue, startGateway } from './client-scripted-gateway.ts'
import { message, start, subscribed, WELCOME } from './client-started.ts'

test('[R2] SSE: channels that begin at different places are each given what they want, once', async () => {
  const pages: Record<string, object> = {
    'e-50': { messages: [message('b', 60), message('b', 70)], oldest: 'e-1', more: true },
    'e-70': { messages: [message('b', 105), message('b', 112)], oldest: 'e-1', more: false },
  }
  const gateway = await startGateway({ api: ({ query }) => ({ body: pages[query.since!]! }) })
  const { client } = start(gateway.url, { transport: 'sse' })
  const order = createQueue<string>()
  client.subscribe('a', {}, each => order.push(`a ${each.data}`))
  client.subscribe('b', { since: 'e-50' }, each => order.push(`b ${each.data} ${each.replayed}`))
  const peer = await gateway.peers.next()
  expect([peer.query.get('channels'), peer.query.get('since')]).toEqual(['a,b', null])
  peer.send(WELCOME, subscribed('a', 'e-110'), subscribed('b', 'e-110'))
  peer.send({ type: 'live', channels: ['a', 'b'], cursor: 'e-110' }, message('a', 111), message('b', 112))
  const expected = ['a 111', 'b 60 true', 'b 70 true', 'b 105 true', 'b 112 true']
  for (const each of expected) expect(await order.next()).toBe(each)
  peer.send(message('b', 113))
  expect(await order.next()).toBe('b 113 false')
})

test('[R3] SSE: a past that may not be read is told as a gap, and the rest goes on', async () => {
  const gateway = await startGateway({
    api: () => ({ status: 403, body: { detail: 'The rule "x" refuses.' } }),
  })
  const { client } = start(gateway.url, { transport: 'sse' })
  const order = createQueue<string>()
  client.on('gap', gap => order.push(`gap ${gap.channel} ${gap.requested}`))
  client.on('error', ({ code, channel }) => order.push(`${code} ${channel}`))
  client.subscribe('a', {}, () => {})
  client.subscribe('b', { since: 'e-50' }, each => order.push(`message ${each.data}`))
  const peer = await gateway.peers.next()
  peer.send(WELCOME, subscribed('a', 'e-110'), subscribed('b', 'e-110'))
  peer.send({ type: 'live', channels: ['a', 'b'], cursor: 'e-110' }, message('b', 120))
  const expected = ['forbidden b', 'gap b e-50', 'message 120']
  for (const each of expected) expect(await order.next()).toBe(each)
})

test('[R2] SSE: a past that cannot be read now is read on the next connection', async () => {
  let calls = 0
  const gateway = await startGateway({
    api({ query }) {
      calls += 1
      if (calls === 1) return { body: { messages: [message('b', 60)], oldest: 'e-1', more: true } }
      if (calls === 2) return { status: 503, body: { detail: 'Not now.' } }
      return {
        body: { messages: query.since === 'e-60' ? [message('b', 70)] : [], oldest: null, more: false },
      }
    },
  })
  const { client } = start(gateway.url, { transport: 'sse' })
  const seen = createQueue<unknown>()
  client.subscribe('a', {}, () => {})
  client.subscribe('b', { since: 'e-50' }, each => seen.push(each.data))
  for (let connection = 0; connection < 2; connection++) {
    const peer = await gateway.peers.next()
    peer.send(WELCOME, subscribed('a', 'e-110'), subscribed('b', 'e-110'))
    peer.send({ type: 'live', channels: ['a', 'b'], cursor: 'e-110' })
    expect(await seen.next()).toBe(connection === 0 ? 60 : 70)
  }
})

test('[R2] SSE: a gap while the past is read begins the reading anew: what the first brings is too little', async () => {
  const asked = createQueue<(seqs: number[]) => void>()
  const gateway = await startGateway({
    api: () =>
      new Promise(resolve =>
        asked.push(seqs => {
          const messages = seqs.map(seq => message('b', seq))
          resolve({ body: { messages, oldest: 'e-1', more: false } })
        }),
      ),
  })
  const { client } = start(gateway.url, { transport: 'sse' })
  const seen = createQueue<unknown>()
  client.subscribe('a', {}, () => {})
  client.subscribe('b', { since: 'e-50' }, each => seen.push(each.data))
  const peer = await gateway.peers.next()
  const live = { type: 'live', channels: ['a', 'b'], cursor: 'e-110' }
  peer.send(WELCOME, subscribed('a', 'e-110'), subscribed('b', 'e-110'), live)
  const answerFirst = await asked.next()
  peer.send({ type: 'gap', channel: 'b', requested: 'e-110', oldest: 'e-115', reason: 'slow' }, live)
  const answerSecond = await asked.next()
  answerFirst([60])
  answerSecond([60, 115])
  peer.send(message('b', 120))
  for (const each of [60, 115, 120]) expect(await seen.next()).toBe(each)
})
