// Rule R6: how a connection ends behind its last answer, without the gateway around it. Knows no routes.

import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { endAfterLastAnswers } from '../../gateway/api/last-answer.ts'
import type { Scope } from '../harness/scope.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const LONG_MS = 3_600_000

/** A server that answers everything with the end, and a client that does not hang up when the server does. */
async function open(t: Scope, grace: Parameters<typeof endAfterLastAnswers>[1]): Promise<Pair> {
  let requests = 0
  const server = createServer((_request, response) => {
    requests += 1
    response.end('last')
  })
  endAfterLastAnswers(server, grace)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as { port: number }
  const taken = new Promise<Socket>(resolve => server.once('connection', resolve))
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.onTestFinished(() => void client.destroy())
  client.on('error', () => {})
  client.resume()
  return { server, client, taken: await taken, requests: () => requests }
}

interface Pair {
  readonly server: Server
  readonly client: Socket
  /** The server's end of it. */
  readonly taken: Socket
  readonly requests: () => number
}

const once = (socket: Socket, event: string) =>
  new Promise<void>(resolve => socket.once(event, () => resolve()))

test('[R6] a connection ends as soon as the peer hangs up too', async t => {
  const { client, taken } = await open(t, { silentMs: LONG_MS, sendingMs: LONG_MS })
  client.write(REQUEST)
  await once(client, 'end')
  expect(taken.destroyed).toBe(false)
  const closed = once(taken, 'close')
  client.end()
  await closed
})

test('[R6] a peer that is silent behind the last answer is cut off', async t => {
  const { client, taken } = await open(t, { silentMs: 20, sendingMs: LONG_MS })
  const closed = once(taken, 'close')
  client.write(REQUEST)
  await closed
})

test('[R6] a peer that goes on sending behind the last answer is cut off, and nothing of it carried out', async t => {
  const { client, taken, requests } = await open(t, { silentMs: LONG_MS, sendingMs: 500 })
  const closed = once(taken, 'close')
  client.write(REQUEST)
  await once(client, 'end')
  client.write(REQUEST)
  const timer = setInterval(() => client.write(REQUEST), 5)
  t.onTestFinished(() => clearInterval(timer))
  await closed
  expect(taken.bytesRead).toBeGreaterThan(REQUEST.length)
  expect(requests()).toBe(1)
})
