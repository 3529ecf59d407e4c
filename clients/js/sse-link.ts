// A link over server-sent events, read with fetch: unlike EventSource it shows the status of a refusal (rule S5).

import type { Loss } from './connection-state.ts'
import { lossOfStatus } from './connection-state.ts'
import { refusalOf, retryAfterMs } from './failure.ts'
import type { Heartbeat, Link, LinkEvents, Opening } from './link.ts'
import { endpoint } from './link.ts'
import { readFrame } from './read-frame.ts'
import { createSseParser } from './sse-parser.ts'

export function openSse(opening: Opening, events: LinkEvents): Link {
  const url = endpoint(opening, 'sse')
  // A header would need a preflight on every reconnect from another origin.
  if (opening.token !== undefined) url.searchParams.set('token', opening.token)
  const abort = new AbortController()
  const deliver = createSseParser(({ event, data, id }) => {
    if (abort.signal.aborted) return
    if (event === 'heartbeat')
      events.onFrame(id === undefined ? { type: event } : ({ type: event, id } as Heartbeat))
    else events.onFrame(readFrame(data))
  })
  void read(url, abort.signal, deliver).then(loss => {
    if (!abort.signal.aborted) events.onLost(loss)
  })
  return {
    transport: 'sse',
    send() {
      throw new Error('An SSE connection carries no commands.')
    },
    close: () => abort.abort(),
  }
}

/** Reads a stream to its end; resolves with why it ended, never rejects. */
async function read(url: URL, signal: AbortSignal, deliver: (text: string) => void): Promise<Loss> {
  try {
    const headers = { accept: 'text/event-stream' }
    const response = await fetch(url, { signal, headers, cache: 'no-store', credentials: 'include' })
    if (response.status !== 200 || !response.body)
      return lossOfStatus(response.status, await refusalOf(response), retryAfterMs(response))
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return { code: 'connection_lost', reason: 'the stream ended', reconnect: true }
      deliver(decoder.decode(value, { stream: true }))
    }
  } catch {
    return { code: 'connection_lost', reason: 'the gateway could not be reached', reconnect: true }
  }
}
