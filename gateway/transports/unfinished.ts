// Ends WebSockets whose message does not become whole in time: a byte now and then would keep them alive for ever (rule W5),
// and what they have sent in memory. Knows no sessions.

import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** How often within the limit all are looked at; a late one is found at most two looks after its time. */
const LOOKS = 4
/** What stands around the payload of a control frame from a client: two bytes and the mask. */
const CONTROL_HEADER_BYTES = 6

interface Watched {
  readonly webSocket: WebSocket
  readonly socket: Socket
  readonly onLate: () => void
  /** Bytes received up to the end of the last whole message, and those of control frames since. */
  explainedBytes: number
  /** When the present message was first seen unfinished; null: there is none. */
  since: number | null
}

export class UnfinishedMessages {
  readonly #limitMs: number
  readonly #now: () => number
  readonly #watched = new Set<Watched>()
  readonly #timer: NodeJS.Timeout

  /** `now`: monotonic milliseconds. */
  constructor(limitMs: number, now: () => number) {
    this.#limitMs = limitMs
    this.#now = now
    this.#timer = setInterval(() => this.#look(), Math.max(1, limitMs / LOOKS)).unref()
  }

  /** Calls `onLate` once if a message of this connection is longer under way than the limit. */
  watch(webSocket: WebSocket, socket: Socket, onLate: () => void): void {
    const watched: Watched = { webSocket, socket, onLate, explainedBytes: socket.bytesRead, since: null }
    const onControl = (payload: Buffer): void => {
      const explained = watched.explainedBytes + CONTROL_HEADER_BYTES + payload.length
      watched.explainedBytes = Math.min(socket.bytesRead, explained)
      // What was unfinished at the last look was this control frame.
      if (watched.explainedBytes === socket.bytesRead) watched.since = null
    }
    webSocket.on('message', () => {
      // What stands behind it in the same packet counts as explained too; the packet after it shows.
      watched.explainedBytes = socket.bytesRead
      watched.since = null
    })
    webSocket.on('ping', onControl)
    webSocket.on('pong', onControl)
    webSocket.on('close', () => this.#watched.delete(watched))
    this.#watched.add(watched)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = this.#now()
    for (const watched of this.#watched) {
      const { webSocket, socket, explainedBytes, since } = watched
      // While we do not read, what is missing is not the peer's fault.
      const isUnfinished = socket.bytesRead > explainedBytes && !webSocket.isPaused
      watched.since = isUnfinished ? (since ?? now) : null
      if (watched.since === null || now - watched.since < this.#limitMs) continue
      this.#watched.delete(watched)
      watched.onLate()
    }
  }
}
