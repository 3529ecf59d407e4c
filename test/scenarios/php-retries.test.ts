// When the PHP client tries again and when it does not, by servers that fail as told; and how long it takes at most.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { runPhpTest } from '../harness/php-script.ts'
import type { Scope } from '../harness/scope.ts'

interface Scripted {
  readonly url: string
  /** The idempotency keys that came, one for each request. */
  readonly keys: string[]
  readonly connections: () => number
}

type Step = (request: { body: string }, response: ServerResponse) => unknown

/** A server whose n-th request is answered by the n-th step, and further ones by the last. */
async function scripted(scope: Scope, ...steps: Step[]): Promise<Scripted> {
  const keys: string[] = []
  let connections = 0
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    keys.push(JSON.parse(body).key)
    const step = steps[Math.min(keys.length, steps.length) - 1]!
    await step({ body }, response)
  })
  server.on('connection', () => connections++)
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  scope.onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, keys, connections: () => connections }
}

const status =
  (code: number, headers: Record<string, string> = {}): Step =>
  (_, response) =>
    response
      .writeHead(code, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ code: CODES[code], detail: `The sentence of ${code}.` }))
const ok: Step = (_, response) => response.end('{"id":"e-1","channel":"orders:1","subscribers":0}')
const silence: Step = () => {}
const CODES: Record<number, string> = {
  400: 'bad_request',
  429: 'rate_limited',
  500: 'internal',
  503: 'unavailable',
}

describe.each(['curl', 'stream'])('by %s', sender => {
  const publish = async (scope: Scope, server: { url: string }, count = 1) => {
    const script = runPhpTest(scope, 'retry', [sender, String(count)], server, { TWINWIRE_API_KEY: API_KEY })
    return (await script.rest()).map(line => JSON.parse(line))
  }

  test('[H2] what passes is tried again under the same key', async t => {
    const server = await scripted(t, status(503), status(500), status(429, { 'retry-after': '1' }), ok)
    const [outcome] = await publish(t, server)
    expect(outcome).toMatchObject({ id: 'e-1' })
    expect(outcome.seconds).toBeGreaterThan(1)
    expect(server.keys).toHaveLength(4)
    expect(new Set(server.keys).size).toBe(1)
    expect(server.keys[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  test('what would be refused again is not', async t => {
    const server = await scripted(t, status(400))
    const [outcome] = await publish(t, server)
    expect(outcome).toMatchObject({ kind: 'BadRequest', message: 'The sentence of 400.' })
    expect(server.keys).toHaveLength(1)
  })

  test('what does not pass ends in time, with the sentence of the last answer', async t => {
    const server = await scripted(t, status(503))
    const [outcome] = await publish(t, server)
    expect(outcome).toMatchObject({ kind: 'Unavailable', message: 'The sentence of 503.' })
    expect(server.keys.length).toBeGreaterThan(2)
    // Pauses double: no storm however short the time of an answer.
    expect(server.keys.length).toBeLessThan(12)
    expect(outcome.seconds).toBeLessThan(6)
  })

  test('a wait beyond the time is left to the caller', async t => {
    const server = await scripted(t, status(429, { 'retry-after': '30' }))
    const [outcome] = await publish(t, server)
    expect(outcome).toMatchObject({ kind: 'RateLimited', retryAfter: 30 })
    expect(server.keys).toHaveLength(1)
  })

  test('a server that takes the request and stays silent costs three seconds', async t => {
    const server = await scripted(t, silence)
    const [outcome] = await publish(t, server)
    expect(outcome).toMatchObject({ kind: 'Unreachable' })
    expect(outcome.seconds).toBeGreaterThan(2.9)
    expect(outcome.seconds).toBeLessThan(6)
    expect(server.keys).toHaveLength(1)
  })

  test('an answer that breaks off is none', async t => {
    const cut: Step = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"id":"e-1",')
      setImmediate(() => response.destroy())
    }
    const html: Step = (_, response) => response.end('<html>A proxy is in the way</html>')
    const server = await scripted(t, cut, html, ok)
    expect(await publish(t, server)).toMatchObject([{ id: 'e-1' }])
    expect(new Set(server.keys).size).toBe(1)
    expect(server.keys).toHaveLength(3)
  })

  test('[H2] an answer lost after the commit doubles nothing', async t => {
    const gateway = await startGateway(t)
    const forward = async ({ body }: { body: string }) => {
      const answer = await gateway.api('POST', '/api/publish', { body })
      expect(answer.status).toBe(200)
      return answer
    }
    const lose: Step = async (request, response) => {
      await forward(request)
      response.destroy()
    }
    const pass: Step = async (request, response) => response.end((await forward(request)).text)
    const server = await scripted(t, lose, lose, pass)
    const outcomes = await publish(t, server, 3)
    expect(outcomes.map(outcome => outcome.duplicate)).toEqual([true, false, false])
    const { json } = await gateway.api('GET', '/api/channels/orders:1/messages')
    expect(json.messages!.map(({ data, id }) => [data, id])).toEqual(
      [3, 2, 1].map((data, index) => [data, outcomes[index].id]),
    )
  })

  test('one connection carries many calls, and one that was closed meanwhile is replaced', async t => {
    const chunked: Step = (_, response) => {
      response.write('{"id":"e-1",')
      response.end('"channel":"orders:1"}')
    }
    const last: Step = (_, response) => {
      const { socket } = response
      response.end('{"id":"e-1","channel":"orders:1"}', () => socket?.destroy())
    }
    const server = await scripted(t, ok, chunked, ok, last, ok)
    expect(await publish(t, server, 6)).toHaveLength(6)
    expect(server.keys).toHaveLength(6)
    expect(server.connections()).toBe(2)
  })
})
