// Socket.IO's wire (Engine.IO 4 over WebSocket), against `socket-io-server.js`, which joins a client to a room at connect.

import { clientFrame, postRequest, upgradeRequest } from './requests.ts'
import type { Memory, Opening, Wire } from './wire.ts'

export function socketIoWire(): Wire {
  const open = (channel: string, auth: string, until: string): Opening => [
    {
      send: upgradeRequest(`/socket.io/?EIO=4&transport=websocket&channel=${channel}`),
      until: '"maxPayload"',
    },
    { send: clientFrame(`40${auth}`), until },
  ]
  return {
    subscribe: channel => open(channel, '', '40{"sid"'),
    // What was missed comes before the answer.
    resume: (channel, memory) => open(channel, JSON.stringify(sessionOf(memory)), ''),
    publish: ([item]) => postRequest(`/publish?channel=${item!.channel}`, '', item!.data),
  }
}

/** What it asks for to restore a session: the session, and the offset that stands last in each message. */
function sessionOf({ received }: Memory): { pid: string; offset: string } {
  const pid = /"pid":"([^"]+)"/.exec(received)?.[1]
  const offset = /","([^"]+)"\]/.exec(received)?.[1]
  if (pid === undefined || offset === undefined) {
    throw new Error(`Socket.IO gave nothing to come back with: ${received}`)
  }
  return { pid, offset }
}
