// `/api/explain`: which rule and grant decide about somebody and a channel, and why. Knows no rules.

import type { Failure } from '../../shared/codes.ts'
import { readMembers } from '../../shared/json-members.ts'
import { ACTIONS, type Question } from '../access/explain.ts'
import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const QUESTION = Type.Object(
  {
    action: Type.Enum([...ACTIONS]),
    channel: Type.String(),
    token: Type.Optional(
      Type.String({ description: "A client's token: it is checked, and never repeated." }),
    ),
    user: Type.Optional(Type.String({ description: 'A user to whom no channels were granted.' })),
    key: Type.Optional(Type.String({ description: 'The name of an API key, not the key itself.' })),
  },
  { additionalProperties: false, examples: [{ action: 'subscribe', channel: 'orders:1', user: 'ann' }] },
)

const EXPLANATION = Type.Object(
  {
    allowed: Type.Boolean(),
    code: Type.Optional(Type.String({ description: 'Of a refusal: the code that a connection is given.' })),
    rule: Type.Object(
      {
        match: Type.String(),
        index: Type.Union([Type.Integer(), Type.Null()], {
          description: 'Its place under `channels`, from 0; null: none of those fits.',
        }),
      },
      { description: "The channel's rule." },
    ),
    grant: Type.Optional(Type.String({ description: 'The pattern that allows it.' })),
    reason: Type.String({ description: 'Of a refusal: the sentence that a connection is given.' }),
  },
  { description: 'What decides, and why.' },
)

const SCHEMA = {
  summary: 'Explain a permission',
  description:
    'May somebody subscribe to, publish to or read a channel, and see who is there? Without token, user and key: may anybody?',
  tags: ['channels'],
  body: QUESTION,
  response: { 200: EXPLANATION, ...problems(400, 401, 403) },
}

export function explainRoutes(api: ApiScope, { explain }: Pick<ApiDeps, 'explain'>): void {
  const options = { schema: SCHEMA, onRequest: requireAdmin, config: { changesNothing: true } }
  api.post('/explain', options, async (request, reply) => {
    const question = readQuestion(request.body as unknown as string | undefined)
    const answer = 'code' in question ? question : await explain(question)
    if ('message' in answer) return sendProblem(reply, answer)
    return answer
  })
}

const MEMBERS = Object.keys(QUESTION.properties)

function readQuestion(text = ''): Question | Failure {
  const read = readMembers(text)
  if ('code' in read) return read
  const unknown = [...read.members.keys()].find(name => !MEMBERS.includes(name))
  if (unknown !== undefined)
    return bad(`Unknown member ${JSON.stringify(unknown)}; a question has ${MEMBERS.join(', ')}.`)
  const wrong = [...read.members.keys()].find(name => typeof read.values[name] !== 'string')
  if (wrong !== undefined) return bad(`The member "${wrong}" must be a string.`)
  const { action, channel, ...who } = read.values as Record<string, string>
  const known = ACTIONS.find(each => each === action)
  if (known === undefined) return bad(`The member "action" must be one of ${ACTIONS.join(', ')}.`)
  if (channel === undefined) return bad('The member "channel" is missing.')
  return { action: known, channel, ...who }
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}
