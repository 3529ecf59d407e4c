// One call of the gateway's HTTP API. Knows the session's CSRF token, nothing of pages.

import { baseUrl } from '../place.ts'

/** An answer that says no, in the gateway's own words. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

let csrfToken = ''
let onUnauthorized = (): void => {}

export function authorizeRequests(csrf: string, unauthorized: () => void): void {
  csrfToken = csrf
  onUnauthorized = unauthorized
}

/**
 * Calls `api/<path>`; `body` is JSON text.
 * @throws RequestError with status 0 when the gateway cannot be reached
 */
export async function request<Answer>(method: string, path: string, body?: string): Promise<Answer> {
  const text = await requestText(method, path, body)
  return (text === '' ? null : JSON.parse(text)) as Answer
}

/**
 * The same with the answer as it was written, for whom a number must not be rounded.
 * @throws RequestError with status 0 when the gateway cannot be reached
 */
export async function requestText(method: string, path: string, body?: string): Promise<string> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken
  const response = await fetch(new URL(`api/${path}`, baseUrl), {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  }).catch(() => null)
  if (!response)
    throw new RequestError(0, 'The gateway cannot be reached: check that it runs and that you are online.')
  if (response.ok) return response.text()
  if (response.status === 401 && path !== 'session') onUnauthorized()
  throw new RequestError(response.status, await detailOf(response))
}

async function detailOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null)
  if (
    problem !== null &&
    typeof problem === 'object' &&
    'detail' in problem &&
    typeof problem.detail === 'string'
  ) {
    return problem.detail
  }
  return `The gateway answered ${response.status} ${response.statusText}`.trim()
}

/** What went wrong, as a sentence. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
