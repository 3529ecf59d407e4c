// What is said of requests before any route looks at them, for requests that go to none. Types only.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Failure } from '../../shared/codes.ts'

export interface Intake {
  /** The path and query as the routes know them. */
  readonly urlOf: (request: IncomingMessage) => string
  /** The address of the peer, or of the client that a trusted proxy names. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Why a request goes to no route at all. */
  readonly screen: (request: IncomingMessage) => Failure | null
  /** What stands on every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Answers a request that gets no stream; the connection ends with the answer, unless `headers` say otherwise. */
  readonly refuse: (response: ServerResponse, failure: Failure, headers?: Record<string, string>) => void
}
