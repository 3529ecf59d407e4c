// How errors are described in the OpenAPI document: which statuses a call can answer, and the one form of all.

import { STATUS_CODES } from '../access/node-http.ts'
import { type Schema, Type } from './schema.ts'

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'One sentence: what was wrong, and what to do.' }),
    code: Type.String({ description: 'The failure code, the same on every transport.' }),
  },
  {
    examples: [
      {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'The member "data" is missing; any JSON may stand there, null too.',
        code: 'bad_request',
      },
    ],
  },
)

interface ProblemResponse {
  description: string
  content: { 'application/problem+json': { schema: Schema } }
}

/** The `response` entries for error statuses. */
export function problems(...statuses: number[]): Record<number, ProblemResponse> {
  return Object.fromEntries(
    statuses.map(status => [
      status,
      {
        description: STATUS_CODES[status] ?? '',
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )
}
