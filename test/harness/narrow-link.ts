// A network link between a client and the gateway that is slow, or dead: it passes bytes at a rate, or none at all, and tells
// neither side. Knows no protocol.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from './scope.ts'

/** Small reads keep the rate even. */
const READ_BYTES = 16 * 1024

export interface NarrowLink {
  /** Connect here instead of the gateway. */
  readonly url: string
  /** From now on nothing passes in either direction, while both sides' connections stay. */
  die(): void
}

/** Opens a link to a local port. What flows to clients is `bytesPerSecond` for each connection. */
export async function openNarrowLink(
  scope: Scope,
  port: number,
  bytesPerSecond: number,
): Promise<NarrowLink> {
  const sockets = new Set<Socket>()
  let isDead = false
  const server = createServer(client => {
    const buffer = Buffer.alloc(READ_BYTES)
    const pass = (bytes: number): boolean => {
      if (!isDead) client.write(Buffer.from(buffer.subarray(0, bytes)))
      setTimeout(() => isDead || gateway.resume(), (bytes / bytesPerSecond) * 1000)
      return false
    }
    const gateway = connect({ port, host: '127.0.0.1', onread: { buffer, callback: pass } })
    client.on('data', bytes => isDead || gateway.write(bytes))
    for (const [end, other] of [
      [client, gateway],
      [gateway, client],
    ] as const) {
      sockets.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => isDead || other.destroy())
    }
  })
  scope.onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    die() {
      isDead = true
    },
  }
}
