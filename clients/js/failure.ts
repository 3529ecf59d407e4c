// What a call or an iteration fails with. Knows no connection.

import type { Code } from '../../shared/codes.ts'
import { CODES } from '../../shared/codes.ts'

/** `connection_lost`: no word from the gateway itself. */
export type ProblemCode = Code | 'connection_lost'

export class TwinwireError extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string) {
    super(message)
    this.name = 'TwinwireError'
    this.code = code
  }
}

/** The code that an HTTP status stands for (protocol §3). */
export function codeOfStatus(status: number): Code | undefined {
  return (Object.keys(CODES) as Code[]).find(code => CODES[code].status === status)
}

/** The sentence of a problem document (RFC 9457), where the answer is one. */
export async function refusalOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null)
  const detail =
    problem !== null && typeof problem === 'object' && 'detail' in problem ? problem.detail : null
  return typeof detail === 'string' ? detail : `the gateway answered ${response.status}`
}

/** `Retry-After` in milliseconds; its form as a date is not used here. */
export function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : undefined
}
