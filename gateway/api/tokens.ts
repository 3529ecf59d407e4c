// `POST /api/tokens/verify`: reads a client's token and says what is wrong with it. Knows no keys; writes nothing down.

import type { Failure } from '../../shared/codes.ts'
import { readMembers } from '../../shared/json-members.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

/** Of a URL, and about that of all headers of a request: a longer one reaches no gateway. */
const MAX_TOKEN_LENGTH = 16 * 1024

const QUESTION = Type.Object(
  { token: Type.String({ maxLength: MAX_TOKEN_LENGTH }) },
  { additionalProperties: false },
)

const REPORT = Type.Object(
  {
    valid: Type.Boolean(),
    code: Type.Optional(Type.String({ description: 'Of a refusal: the code that a connection is given.' })),
    reason: Type.String({ description: 'Of a refusal: the sentence that a connection is given.' }),
    header: Type.Optional(Type.Object({}, { description: 'What the token says of itself.' })),
    claims: Type.Optional(
      Type.Object(
        {},
        { description: 'The claims, also of a token that does not count: then nothing is proven.' },
      ),
    ),
    expires: Type.Optional(Type.Integer({ description: 'When it ends here, in ms since 1970.' })),
  },
  { description: 'What is in the token, and whether it counts. The token itself is not repeated.' },
)

const SCHEMA = {
  summary: 'Try a token',
  description:
    "Decodes and checks a client's token as a connection's would be. It is neither kept nor logged.",
  tags: ['channels'],
  body: QUESTION,
  response: { 200: REPORT, ...problems(400, 401, 403) },
}

export function tokenRoutes(api: ApiScope, { inspectToken }: Pick<ApiDeps, 'inspectToken'>): void {
  const options = { schema: SCHEMA, onRequest: requireAdmin, config: { changesNothing: true } }
  api.post('/tokens/verify', options, async (request, reply) => {
    const token = readToken(request.body as unknown as string | undefined)
    if (typeof token !== 'string') return sendProblem(reply, token)
    return inspectToken(token)
  })
}

function readToken(text = ''): string | Failure {
  const read = readMembers(text)
  if ('code' in read) return read
  const { token, ...others } = read.values
  const isToken = typeof token === 'string' && token.trim() !== '' && Object.keys(others).length === 0
  if (isToken && token.length <= MAX_TOKEN_LENGTH) return token
  if (isToken) return TOO_LONG
  return { code: 'bad_request', message: 'Trying a token takes {"token": string} and nothing else.' }
}

const TOO_LONG = {
  code: 'bad_request',
  message:
    'The token is longer than 16 KiB, for which neither a URL nor a header has room: put less into it.',
} as const
