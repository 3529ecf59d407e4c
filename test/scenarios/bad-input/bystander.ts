// A connection that has done nothing wrong: whatever a test throws at the gateway, it must go on. Knows the protocol only.

import { afterEach, beforeAll, expect } from 'vitest'
import { type Gateway, startGateway } from '../../harness/gateway.ts'
import { shared } from '../../harness/scope.ts'
import { openSse, type SseSubscriber } from '../../harness/sse.ts'
import { openWebSocket, type WebSocketSubscriber } from '../../harness/websocket.ts'

/**
 * A gateway for one file, with one bystander on each transport. After every test both must receive one more message,
 * the process must be the same, and it must not have written a stack trace (rule R6).
 */
export function gatewayWithBystanders(): () => Gateway {
  const all = shared(async scope => {
    const gateway = await startGateway(scope)
    const socket = await openWebSocket(scope, gateway.url, { channels: 'public:bystander' })
    const stream = await openSse(scope, gateway.url, { channels: 'public:bystander' })
    return { gateway, socket, stream, pid: gateway.pid }
  })
  let count = 0
  beforeAll(() => expectWell(all(), ++count))
  afterEach(() => expectWell(all(), ++count))
  return () => all().gateway
}

interface Bystanders {
  gateway: Gateway
  socket: WebSocketSubscriber
  stream: SseSubscriber
  pid: number
}

async function expectWell({ gateway, socket, stream, pid }: Bystanders, count: number): Promise<void> {
  await gateway.publish('public:bystander', count)
  await socket.next({ data: count })
  await stream.next({ data: count })
  expect(gateway.pid).toBe(pid)
  expect(gateway.stderr + gateway.stdout).not.toMatch(/^\s+at .*:\d+:\d+/m)
}
