// The calls of the HTTP API that are about no channel: what each needs, and what it answers to somebody who has that.
// Knows no code of the gateway.

import type { Credential } from './door.ts'
import { STATUS, WHO } from './oracle.ts'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As OpenAPI writes it. */
  readonly path: string
  /** `anybody`: whatever is shown, also what counts nowhere. */
  readonly needs: 'anybody' | 'read' | 'admin'
  /** Its answer to who may: nothing is there that it could act on. */
  readonly answer: string
  readonly body?: object
  /** A POST that only asks: a viewer may. */
  readonly changesNothing?: boolean
}

export const OPERATIONS: readonly Operation[] = [
  { method: 'GET', path: '/healthz', needs: 'anybody', answer: '200' },
  { method: 'GET', path: '/readyz', needs: 'anybody', answer: '200' },
  { method: 'GET', path: '/api/openapi.json', needs: 'anybody', answer: '200' },
  { method: 'POST', path: '/api/session', needs: 'anybody', answer: '400 bad_request', body: {} },
  { method: 'GET', path: '/metrics', needs: 'read', answer: '200' },
  { method: 'GET', path: '/api/channels', needs: 'read', answer: '200' },
  { method: 'GET', path: '/api/connections', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/connections/{id}', needs: 'admin', answer: '404 not_found' },
  { method: 'DELETE', path: '/api/connections/{id}', needs: 'admin', answer: '404 not_found' },
  { method: 'DELETE', path: '/api/users/{user}/connections', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/keys', needs: 'admin', answer: '200' },
  { method: 'POST', path: '/api/keys', needs: 'admin', answer: '400 bad_request', body: {} },
  { method: 'DELETE', path: '/api/keys/{name}', needs: 'admin', answer: '404 not_found' },
  { method: 'GET', path: '/api/audit', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/stats', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/figures', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/events', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/rules', needs: 'admin', answer: '200' },
  { method: 'GET', path: '/api/settings', needs: 'admin', answer: '200' },
  {
    method: 'POST',
    path: '/api/explain',
    needs: 'admin',
    answer: '400 bad_request',
    body: {},
    changesNothing: true,
  },
  {
    method: 'POST',
    path: '/api/tokens/verify',
    needs: 'admin',
    answer: '400 bad_request',
    body: {},
    changesNothing: true,
  },
]

/** The calls that have cells of their own, or of which only those with a session can make something. */
export const ELSEWHERE = [
  'POST /api/publish',
  'GET /api/channels/{name}',
  'GET /api/channels/{name}/messages',
  'DELETE /api/channels/{name}/messages',
  'DELETE /api/channels/{name}/messages/{id}',
  'GET /api/channels/{name}/presence',
  'GET /api/session',
  'DELETE /api/session',
]

/** Status and code of an operation's answer, by the protocol's table of calls (§6). */
export function answerOf(
  { method, needs, answer, changesNothing }: Operation,
  credential: Credential,
): string {
  const who = WHO[credential]
  if (needs === 'anybody') return answer
  if (typeof who === 'string') return `${STATUS[who]} ${who}`
  if (who.kind === 'anonymous') return '401 unauthorized'
  if (who.kind === 'operator')
    return who.mayWrite || method === 'GET' || changesNothing ? answer : '403 forbidden'
  const isAllowed = who.kind === 'key' && (who.admin || (needs === 'read' && who.read))
  return isAllowed ? answer : '403 forbidden'
}
