// A link to a port that can be severed and mended: Chromium's offline emulation leaves WebSockets alone. Knows no protocol.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from '../harness/scope.ts'

export interface SeverableLink {
  readonly url: string
  /** Cuts every connection and refuses new ones, until it is mended. */
  setSevered(isSevered: boolean): void
}

export async function startSeverableLink(scope: Scope, port: number): Promise<SeverableLink> {
  const sockets = new Set<Socket>()
  let severed = false
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer(client => {
    if (severed) {
      client.destroy()
      return
    }
    const upstream = connect({ port, host: '127.0.0.1' })
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  scope.onTestFinished(() => {
    cut()
    server.close()
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    setSevered(isSevered) {
      severed = isSevered
      if (isSevered) cut()
    },
  }
}
