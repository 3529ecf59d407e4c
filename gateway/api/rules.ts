// `/api/rules`: the channel rules as they count, and which of them a channel meets. Knows no grants.

import { BUILT_IN_RULES } from '../core/channel-rules.ts'
import type { ApiScope } from './api-scope.ts'
import { checkChannelName } from './channel-check.ts'
import { RULE, toRule } from './channels.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const QUERY = Type.Object({
  channel: Type.Optional(Type.String({ description: 'A channel to try against the rules.' })),
})

const ANSWER = Type.Object(
  {
    rules: Type.Array(RULE, { description: 'In the order in which they are tried; the first match counts.' }),
    everyone: Type.Array(Type.String(), { description: 'Channels that every connection is given.' }),
    isBuiltIn: Type.Boolean({ description: 'Whether the configuration names no rules of its own.' }),
    tried: Type.Optional(
      Type.Object({
        channel: Type.String(),
        rule: RULE,
        index: Type.Union([Type.Integer(), Type.Null()], {
          description: 'Its place in `rules`, from 0; null: none of them fits.',
        }),
      }),
    ),
  },
  { description: 'The rules.' },
)

const SCHEMA = {
  summary: 'The channel rules',
  description: 'As they count on this gateway; with `channel`, also the one that decides about it.',
  tags: ['channels'],
  querystring: QUERY,
  response: { 200: ANSWER, ...problems(400, 401, 403) },
}

export function rulesRoute(api: ApiScope, { rules, everyone }: Pick<ApiDeps, 'rules' | 'everyone'>): void {
  api.get('/rules', { schema: SCHEMA, onRequest: requireAdmin }, async (request, reply) => {
    const { channel } = request.query
    const all = { rules: rules.all.map(toRule), everyone, isBuiltIn: rules.all === BUILT_IN_RULES }
    if (channel === undefined) return all
    const refused = checkChannelName(channel)
    if (refused) return sendProblem(reply, refused)
    const rule = rules.of(channel)
    return { ...all, tried: { channel, rule: toRule(rule), index: rules.indexOf(rule) } }
  })
}
