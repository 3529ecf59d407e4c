// A link over WebSocket: frames in, commands out. Knows no subscriptions and no retries.

import { lossOfClose } from './connection-state.ts'
import type { Link, LinkEvents, Opening } from './link.ts'
import { endpoint } from './link.ts'
import { readFrame } from './read-frame.ts'

export function openWebSocket(opening: Opening, events: LinkEvents): Link {
  const url = endpoint(opening, 'ws')
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  // As a subprotocol and not in the URL: proxies write URLs to their logs (rule W4).
  const protocols = opening.token === undefined ? [] : ['twinwire.v1', `twinwire.token.${opening.token}`]
  const socket = new WebSocket(url.href, protocols)
  let ended = false
  socket.onmessage = event => {
    if (!ended) events.onFrame(readFrame(String(event.data)))
  }
  socket.onclose = event => {
    if (ended) return
    ended = true
    events.onLost(lossOfClose(event.code, event.reason))
  }
  return {
    transport: 'websocket',
    send(command) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command))
    },
    close() {
      ended = true
      socket.close()
    },
  }
}
