// Rule R6: peers that reset their connection while they are let in harm nobody, and are no fault of the gateway.

import { expect, test } from 'vitest'
import { poll } from '../../harness/deadline.ts'
import { range } from '../../harness/frame.ts'
import { startGateway } from '../../harness/gateway.ts'
import { openRaw } from '../../harness/raw-connection.ts'
import { transports } from '../../harness/transports.ts'

const UPGRADE =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
const REQUESTS = {
  SSE: 'GET /sse?channels=public:a HTTP/1.1\r\nHost: localhost\r\n\r\n',
  WebSocket: `GET /ws?channels=public:a HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`,
}

test.for(transports)(
  '[R6] a peer that resets right after its request leaves no trace, over $name',
  async ({ name, open: connect }, t) => {
    const gateway = await startGateway(t)
    for (const _ of range(1, 100)) {
      const { socket, closed } = await openRaw(t, gateway.port)
      await new Promise(resolve => socket.write(REQUESTS[name], resolve))
      socket.resetAndDestroy()
      await closed
    }
    const bystander = await connect(t, gateway.url, { channels: 'public:a' })
    await bystander.next('live')
    expect(gateway.stderr).toBe('')
    const open = async () => (await gateway.api('GET', '/api/connections')).json.connections!
    await poll(async () => ((await open()).length === 1 ? true : null), 'only the bystander to be left')
  },
)
