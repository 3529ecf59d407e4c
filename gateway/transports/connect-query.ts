// What a connection asks for in its URL (rules W1, S1), and from where it may (W6): the same for both transports. Knows no
// sessions.

import type { Failure } from '../../shared/codes.ts'
import type { ResumeRequest } from '../core/resume.ts'

export interface ConnectQuery extends ResumeRequest {
  /** As asked, without repetitions; not yet checked. */
  readonly channels: readonly string[]
  readonly sender: string | undefined
}

const KNOWN = ['channels', 'since', 'history', 'token', 'sender']
const MAX_SENDER_LENGTH = 200

/** Reads the query of `/ws` or `/sse`; unknown parameters are refused by name, so that no typing error goes unseen. */
export function readConnectQuery(query: URLSearchParams): ConnectQuery | Failure {
  for (const name of query.keys()) {
    if (!KNOWN.includes(name))
      return bad(`There is no query parameter "${name}": the known ones are ${KNOWN.join(', ')}.`)
  }
  const history = query.get('history') || undefined
  if (history !== undefined && !/^\d+$/.test(history))
    return bad('"history" must be a whole number, 0 or more.')
  const sender = query.get('sender') || undefined
  if (sender !== undefined && sender.length > MAX_SENDER_LENGTH) {
    return bad(`"sender" must have at most ${MAX_SENDER_LENGTH} characters.`)
  }
  const asked = query.getAll('channels').flatMap(list => list.split(','))
  return {
    channels: [...new Set(asked.filter(name => name !== ''))],
    // An empty cursor is how a page writes "from the beginning of my visit".
    since: query.get('since') || undefined,
    history: history === undefined ? undefined : Number(history),
    sender,
  }
}

/** The query of a request's URL. */
export function queryOf(url: string | undefined): URLSearchParams {
  const start = url?.indexOf('?') ?? -1
  return new URLSearchParams(start < 0 ? '' : url!.slice(start + 1))
}

/** Why a page of this origin gets no connection (rule W6). */
export function foreignOrigin(origin: string | undefined): Failure {
  const message = `Pages of ${origin} may not connect: add the origin to "origins" in the configuration.`
  return { code: 'forbidden', message }
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}
