// Whether an answer of the gateway is one that its documentation knows (protocol §6): status, problem details, and no
// word of its insides. Knows no wire.

import { CODES } from '../../shared/codes.ts'
import { Finding, template } from './finding.ts'
import type { HttpReply } from './http-reply.ts'

const STATUSES = [
  101, 200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 408, 412, 413, 414, 415, 416, 417, 426, 429,
  431,
]
/** What belongs in the gateway's log and nowhere else. */
const INSIDES = /\n\s+at |node_modules|file:\/\/|\/gateway\/|\.ts:\d|SQLITE_/

/** Checks an answer; returns what it came to, without what differs from case to case. */
export function checkReply(reply: HttpReply, method: string, sent: Uint8Array): string {
  const { status, headers, body } = reply
  const object = (what: string) =>
    new Finding(`${what}: ${status} ${body.toString('utf8').slice(0, 300)}`, sent)
  if (!STATUSES.includes(status)) throw object('The status is not documented')
  const text = body.toString('utf8')
  if (INSIDES.test(text.slice(0, 4096)) && !isPage(headers)) throw object('The answer shows the insides')
  if (status < 400) return `${status}`
  if (method === 'HEAD') return `${status} to HEAD`
  const problem = parse(text)
  if (headers.get('content-type') !== 'application/problem+json' || problem === null) {
    throw object(`The answer is no problem but ${headers.get('content-type')}`)
  }
  const { code, title, detail } = problem
  const isWhole = Object.hasOwn(CODES, String(code)) && problem.status === status && title && detail
  if (!isWhole || code === 'internal') throw object('The problem is not a documented one')
  return `${status} ${code} ${template(String(detail))}`
}

function isPage(headers: ReadonlyMap<string, string>): boolean {
  return /^(text\/(html|javascript|css)|image)/.test(headers.get('content-type') ?? '')
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
