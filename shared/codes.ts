// The one table of failure codes: HTTP status, WebSocket close code, and whether a client should come back (protocol §3).

export const CODES = {
  bad_request: { status: 400, reconnect: false, title: 'Bad request' },
  unauthorized: { status: 401, reconnect: false, title: 'Unauthorized' },
  forbidden: { status: 403, reconnect: false, title: 'Forbidden' },
  not_found: { status: 404, reconnect: false, title: 'Not found' },
  timeout: { status: 408, reconnect: true, title: 'Timed out' },
  kicked: { status: 410, reconnect: false, title: 'Disconnected by an operator' },
  too_large: { status: 413, reconnect: false, title: 'Too large' },
  rate_limited: { status: 429, reconnect: true, title: 'Too many requests' },
  internal: { status: 500, reconnect: true, title: 'Internal error' },
  unavailable: { status: 503, reconnect: true, title: 'Unavailable' },
} as const

export type Code = keyof typeof CODES

/** A failure as a person reads it: `message` is one sentence that says what was wrong and what to do. */
export interface Failure {
  readonly code: Code
  readonly message: string
}

/** The WebSocket close code of a failure: 4000 + HTTP status. */
export function closeCode(code: Code): number {
  return 4000 + CODES[code].status
}

const FINAL_CLOSES = new Set([1002, 1003, 1007, 1009])

/** Whether a client reconnects after a WebSocket close code: the final ones are few, unknown ones are not. */
export function reconnectsAfter(close: number): boolean {
  if (FINAL_CLOSES.has(close)) return false
  return !Object.values(CODES).some(row => 4000 + row.status === close && !row.reconnect)
}
