// The client against a scripted gateway: real sockets on both transports, every cut and refusal on purpose.

import { expect, onTestFinished, test } from 'vitest'
import { createQueue, startGateway } from './client-scripted-gateway.ts'
import { message, nextState, start, subscribed, WELCOME } from './client-started.ts'

for (const transport of ['websocket', 'sse'] as const) {
  test(`[R2] ${transport}: resumes after the last message it was given`, async () => {
    const gateway = await startGateway()
    const { client } = start(gateway.url, { transport })
    const seen = createQueue<unknown>()
    const recovered = createQueue<string>()
    client.on('recovered', frame => recovered.push(frame.channel))
    client.subscribe('a', {}, each => seen.push(each.data))
    client.subscribe('b', {}, each => seen.push(each.data))
    const first = await gateway.peers.next()
    expect(first.query.get('channels')).toBe('a,b')
    first.send(WELCOME, subscribed('a', 'e-1'), subscribed('b', 'e-1'), message('a', 2), message('b', 3))
    expect([await seen.next(), await seen.next()]).toEqual([2, 3])
    first.cut()
    const second = await gateway.peers.next()
    expect(second.query.get('since')).toBe('e-3')
    second.send(WELCOME, subscribed('a', 'e-3', { recovered: true }), subscribed('b', 'e-3'), message('a', 4))
    expect(await seen.next()).toBe(4)
    expect(await recovered.next()).toBe('a')
  })

  test(`${transport}: options may be left out`, async () => {
    const gateway = await startGateway()
    const { client } = start(gateway.url, { transport })
    const seen = createQueue<unknown>()
    client.subscribe('a', each => seen.push(each.data))
    const peer = await gateway.peers.next()
    peer.send(WELCOME, subscribed('a', 'e-1'), message('a', 2))
    expect(await seen.next()).toBe(2)
  })

  test(`${transport}: a gap is told, and what is left follows`, async () => {
    const gateway = await startGateway()
    const { client } = start(gateway.url, { transport })
    const order = createQueue<string>()
    client.on('gap', gap => order.push(`gap ${gap.reason}`))
    client.subscribe('a', { since: 'old-1' }, each => order.push(`message ${each.data} ${each.replayed}`))
    const peer = await gateway.peers.next()
    expect(peer.query.get('since')).toBe('old-1')
    peer.send(WELCOME, subscribed('a', 'e-8', { recovered: false }))
    peer.send(
      { type: 'gap', channel: 'a', requested: 'old-1', oldest: 'e-9', reason: 'reset' },
      message('a', 9),
    )
    expect([await order.next(), await order.next()]).toEqual(['gap reset', 'message 9 true'])
  })

  test(`${transport}: a final goodbye stops it, and retry starts it again`, async () => {
    const gateway = await startGateway()
    const { client, states } = start(gateway.url, { transport })
    client.subscribe('a', {}, () => {})
    const peer = await gateway.peers.next()
    peer.send(WELCOME, { type: 'goodbye', code: 'kicked', reason: 'by an operator', reconnect: false })
    expect(await nextState(states, 'stopped')).toMatchObject({
      loss: { code: 'kicked', reason: 'by an operator' },
    })
    client.retry()
    const again = await gateway.peers.next()
    again.send(WELCOME)
    await nextState(states, 'open')
  })
}

test('[W4] the token travels as a subprotocol and not in the URL', async () => {
  const gateway = await startGateway()
  start(gateway.url, { token: 'abc.def.ghi', transport: 'websocket' })
  const peer = await gateway.peers.next()
  expect(peer.protocols?.split(/, ?/)).toEqual(['twinwire.v1', 'twinwire.token.abc.def.ghi'])
  expect(peer.query.has('token')).toBe(false)
})

test('a token that ran out is replaced; one refused at once is not tried again', async () => {
  const gateway = await startGateway()
  let tokens = 0
  const { states } = start(gateway.url, { transport: 'websocket', getToken: () => `t${++tokens}` })
  const first = await gateway.peers.next()
  first.send(WELCOME)
  await nextState(states, 'open')
  first.cut(4401)
  const second = await gateway.peers.next()
  expect(second.protocols).toContain('twinwire.token.t2')
  second.cut(4401)
  expect(await nextState(states, 'stopped')).toMatchObject({ loss: { code: 'unauthorized' } })
})

test('expiring asks for a fresh token and hands it over', async () => {
  const gateway = await startGateway()
  let tokens = 0
  start(gateway.url, { transport: 'websocket', getToken: () => `t${++tokens}` })
  const peer = await gateway.peers.next()
  peer.send(WELCOME, { type: 'expiring', at: 1 })
  expect(await peer.command()).toMatchObject({ type: 'auth', token: 't2' })
})

test('[W3] later subscriptions are commands; what is given up is heard no more', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const seen = createQueue<unknown>()
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  const subscription = client.subscribe('a', { history: 3 }, each => seen.push(`old ${each.data}`))
  const asked = await peer.command()
  expect(asked).toMatchObject({ type: 'subscribe', channel: 'a', history: 3 })
  peer.send(subscribed('a', 'e-1', { ref: asked.ref }), message('a', 2))
  expect(await seen.next()).toBe('old 2')
  subscription.unsubscribe()
  client.subscribe('a', {}, each => seen.push(`new ${each.data}`))
  expect(await peer.command()).toMatchObject({ type: 'unsubscribe', channel: 'a' })
  const again = await peer.command()
  peer.send(message('a', 3), subscribed('a', 'e-3', { ref: again.ref }), message('a', 4))
  expect(await seen.next()).toBe('new 4')
})

test('a subscription over the rate of commands is asked for again', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  client.subscribe('a', {}, () => {})
  const { ref } = await peer.command()
  peer.send({ type: 'failure', ref, code: 'rate_limited', message: 'slow down' })
  expect(await peer.command()).toMatchObject({ type: 'subscribe', channel: 'a' })
})

test('a refused channel is an error of its own; the others go on', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const errors = createQueue<unknown>()
  const seen = createQueue<unknown>()
  client.on('error', error => errors.push(error))
  client.subscribe('a', {}, each => seen.push(each.data))
  client.subscribe('b', {}, () => {})
  const peer = await gateway.peers.next()
  peer.send(WELCOME, { type: 'failure', code: 'forbidden', message: 'no grant', channel: 'b' })
  peer.send(subscribed('a', 'e-1'), message('a', 2))
  expect(await errors.next()).toEqual({ code: 'forbidden', message: 'no grant', channel: 'b' })
  expect(await seen.next()).toBe(2)
})

test('a handler that throws does not stop the next message', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  const seen = createQueue<unknown>()
  const thrown = createQueue<unknown>()
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', error => thrown.push(error.message))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  })
  client.subscribe('a', {}, each => {
    seen.push(each.data)
    if (each.data === 2) throw new Error('from a handler')
  })
  const peer = await gateway.peers.next()
  peer.send(WELCOME, subscribed('a', 'e-1'), message('a', 2), message('a', 3))
  expect([await seen.next(), await seen.next()]).toEqual([2, 3])
  expect(await thrown.next()).toBe('from a handler')
})

test('auto: where WebSocket cannot get through, SSE does', async () => {
  const gateway = await startGateway({ refuseWebSocket: true })
  const { client, states } = start(gateway.url)
  client.subscribe('a', {}, () => {})
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  expect(await nextState(states, 'open')).toMatchObject({ transport: 'sse' })
})

test('[S7] SSE: a channel added later reopens the stream with all of them, from the same place', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'sse' })
  const seen = createQueue<unknown>()
  client.subscribe('a', {}, each => seen.push(each.data))
  const first = await gateway.peers.next()
  first.send(WELCOME, subscribed('a', 'e-1'), message('a', 2))
  await seen.next()
  client.subscribe('b', {}, () => {})
  const second = await gateway.peers.next()
  expect([second.query.get('channels'), second.query.get('since')]).toEqual(['a,b', 'e-2'])
})

test('[S5] SSE: a refusal with a final status stops it and says why', async () => {
  const gateway = await startGateway({
    sse: response => response.writeHead(403).end(JSON.stringify({ detail: 'The rule "x" refuses.' })),
  })
  const { client, states } = start(gateway.url, { transport: 'sse' })
  client.subscribe('a', {}, () => {})
  expect(await nextState(states, 'stopped')).toMatchObject({
    loss: { code: 'forbidden', reason: 'The rule "x" refuses.' },
  })
})

test('subscribing twice to one channel is a mistake that is named', async () => {
  const gateway = await startGateway()
  const { client } = start(gateway.url, { transport: 'websocket' })
  client.subscribe('a', {}, () => {})
  expect(() => client.subscribe('a', {}, () => {})).toThrow('Already subscribed to a')
})

test('a closed client opens nothing any more', async () => {
  const gateway = await startGateway()
  const { client, states } = start(gateway.url, { transport: 'websocket' })
  const peer = await gateway.peers.next()
  peer.send(WELCOME)
  await nextState(states, 'open')
  client.close()
  await nextState(states, 'closed')
  client.retry()
  client.subscribe('a', {}, () => {})
  expect(client.state.name).toBe('closed')
  expect(gateway.peers.size).toBe(0)
})
