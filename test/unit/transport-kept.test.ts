// What a connection keeps once it is open: nothing of the request that opened it. The gateway runs in this process, so that
// its objects can be counted.

import { mkdtemp, rm } from 'node:fs/promises'
import { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { queryObjects } from 'node:v8'
import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../../gateway/app.ts'
import { loadConfig } from '../../gateway/config/load-config.ts'
import { range } from '../harness/frame.ts'
import { openRaw } from '../harness/raw-connection.ts'
import type { Scope } from '../harness/scope.ts'

const CONNECTIONS = 20

/** The port of a gateway with defaults. */
async function start(): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), 'twinwire-kept-'))
  const env = { TWINWIRE_PORT: '0', TWINWIRE_LOG_LEVEL: 'error' }
  const { config, running } = await loadConfig({ cwd, env })
  const gateway = await startGateway(config, running)
  onTestFinished(async () => {
    await gateway.close()
    await rm(cwd, { recursive: true, force: true })
  })
  return Number(new URL(gateway.origin).port)
}

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

const requests = [
  `GET /ws?channels=public:a HTTP/1.1\r\nHost: 127.0.0.1\r\n${UPGRADE}\r\n`,
  'GET /sse?channels=public:a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
]

test('neither a WebSocket nor an event stream keeps its request, or the answer that refers to it', async t => {
  const port = await start()
  for (const request of requests) {
    const { length } = await Promise.all(range(1, CONNECTIONS).map(() => open(t, port, request)))
    // One may stand in a variable of whoever made it last.
    expect(queryObjects(IncomingMessage, { format: 'count' })).toBeLessThan(length / 2)
  }
})

async function open(scope: Scope, port: number, request: string): Promise<void> {
  const raw = await openRaw(scope, port)
  raw.send(request)
  await raw.receives('"type":"live"')
}
