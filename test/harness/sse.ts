// A bare SSE client for tests: raw HTTP and its own parser, so that tests can look at bytes. Knows the wire only.

import { get, type IncomingMessage } from 'node:http'
import type { Frame } from './frame.ts'
import { Inbox } from './inbox.ts'
import type { Scope } from './scope.ts'
import { type SseEvent, SseParser } from './sse-parser.ts'
import { type ConnectOptions, queryOf, type Subscriber } from './subscriber.ts'
import { resumed } from './websocket.ts'

export interface SseSubscriber extends Subscriber {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Every event, parallel to `frames`, with what only SSE has: its name and id line. */
  readonly events: readonly SseEvent[]
  readonly parser: SseParser
  resume(changes?: Partial<ConnectOptions>): Promise<SseSubscriber>
}

/** Opens a stream; resolves when the headers are there. A status other than 200 ends it with that status and its body. */
export async function openSse(
  scope: Scope,
  url: string,
  options: ConnectOptions = {},
): Promise<SseSubscriber> {
  const inbox = new Inbox()
  const events: SseEvent[] = []
  const parser = new SseParser(event => {
    events.push(event)
    inbox.put(frameOf(event))
  })
  const response = await request(scope, `${url}/sse${queryOf(options)}`, options.headers ?? {})
  const status = response.statusCode!
  receive(response, parser, inbox)
  const lastIdAfter = (count: number) =>
    events.slice(0, count).findLast(event => event.id !== null)?.id ??
    (options.headers?.['Last-Event-ID'] || (options.since ?? null))
  const lastId = () => lastIdAfter(events.length)
  return {
    status,
    headers: response.headers,
    events,
    parser,
    frames: inbox.frames,
    over: inbox.over,
    get ended() {
      return inbox.ended
    },
    get lastId() {
      return lastId()
    },
    lastIdAfter,
    next: (match, deadlineMs) => inbox.next(match, deadlineMs),
    cut: () => response.destroy(),
    resume(changes) {
      const { since, ...rest } = options
      const id = lastId()
      // A browser resumes by the header, over the query its EventSource was made with.
      const headers = { ...options.headers, ...(id ? { 'Last-Event-ID': id } : {}) }
      return openSse(scope, url, { ...resumed({ ...rest, headers }, null, changes ?? {}) })
    },
    pause: () => response.pause(),
    unpause: () => response.resume(),
  }
}

function frameOf(event: SseEvent): Frame {
  const frame = JSON.parse(event.data)
  return event.name === 'heartbeat' ? { ...frame, type: 'heartbeat' } : frame
}

function request(scope: Scope, address: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = get(address, { agent: false, headers: { Accept: 'text/event-stream', ...headers } }, resolve)
    sent.on('error', reject)
    scope.onTestFinished(() => sent.destroy())
  })
}

function receive(response: IncomingMessage, parser: SseParser, inbox: Inbox): void {
  const status = response.statusCode!
  let body = ''
  response.on('data', (bytes: Buffer) => {
    if (status === 200) parser.feed(bytes)
    else body += bytes.toString('utf8')
  })
  const end = () => inbox.end({ status, headers: response.headers, body })
  response.on('end', end)
  response.on('close', end)
  response.on('error', end)
}
