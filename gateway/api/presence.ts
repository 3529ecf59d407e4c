// `/api/channels/{name}/presence`: who is in a channel. Knows no connections.

import type { ApiScope } from './api-scope.ts'
import { checkChannelName, mayRead } from './channel-check.ts'
import { CHANNEL_PARAMS } from './channels.ts'
import type { ApiDeps } from './deps.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const MEMBER = Type.Object({
  user: Type.String(),
  info: Type.Optional(Type.Unknown({ description: 'What the token that was shown last says of the user.' })),
  connections: Type.Integer({ description: '0: the last one was lost a moment ago, and may be back.' }),
})

const SCHEMA = {
  summary: 'See who is in a channel',
  description:
    'The users that are subscribed, each once, however many connections they have. Only in channels whose rule has ' +
    '`presence: true`.',
  tags: ['channels'],
  params: CHANNEL_PARAMS,
  response: {
    200: Type.Object(
      {
        members: Type.Array(MEMBER),
        anonymous: Type.Integer({ description: 'Connections without a user.' }),
        total: Type.Optional(
          Type.Integer({ description: 'How many members there are, when not all of them are listed.' }),
        ),
      },
      {
        description: 'Who is there now.',
        examples: [{ members: [{ user: 'ada', info: { name: 'Ada' }, connections: 2 }], anonymous: 5 }],
      },
    ),
    ...problems(400, 401, 403, 404),
  },
}

export function presenceRoutes(api: ApiScope, deps: ApiDeps): void {
  api.get('/channels/:name/presence', { schema: SCHEMA }, async (request, reply) => {
    const { name } = request.params
    const refusal = checkChannelName(name) ?? (await mayRead(deps.access, request.identity, name))
    if (refusal) return sendProblem(reply, refusal)
    const state = await deps.presence.read(name)
    return 'code' in state ? sendProblem(reply, state) : state
  })
}
