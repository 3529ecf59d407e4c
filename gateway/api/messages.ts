// `/api/channels/{name}/messages`: history with gaps and long polls, purging and deleting. Knows no storage.

import { parseCursor } from '../../shared/cursor.ts'
import { type HistoryAnswer, historyMembers, readHistory } from '../core/history-read.ts'
import { checkEnd } from '../core/identity-end.ts'
import { note } from './actor.ts'
import type { ApiScope } from './api-scope.ts'
import { Arrivals } from './arrivals.ts'
import { checkChannelName, mayRead } from './channel-check.ts'
import { CHANNEL_PARAMS } from './channels.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { type Static, Type } from './schema.ts'

const QUERY = Type.Object({
  since: Type.Optional(Type.String({ description: 'A cursor: messages after it.' })),
  before: Type.Optional(Type.String({ description: 'A cursor: messages before it.' })),
  until: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'A moment, in milliseconds since 1970: messages up to it.',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50, description: 'How many at most.' }),
  wait: Type.Number({
    minimum: 0,
    maximum: 30,
    default: 0,
    description: 'Seconds to wait while there are none.',
  }),
})

const MESSAGE = Type.Object(
  {
    type: Type.Literal('message'),
    channel: Type.String(),
    id: Type.String({ description: 'The cursor of the message.' }),
    time: Type.Integer({ description: 'Milliseconds since 1970.' }),
    data: Type.Unknown(),
    event: Type.Optional(Type.String()),
    user: Type.Optional(Type.String({ description: 'The user, when a client published it.' })),
    sender: Type.Optional(Type.String()),
  },
  {
    examples: [
      { type: 'message', channel: 'public:demo', id: 'k3f9x2ab-1042', time: 1767225600000, data: 'Hello' },
    ],
  },
)

const GAP = Type.Object(
  {
    type: Type.Literal('gap'),
    channel: Type.String(),
    requested: Type.Union([Type.String(), Type.Null()]),
    oldest: Type.Union([Type.String(), Type.Null()]),
    reason: Type.Enum(['expired', 'reset', 'no_history']),
  },
  { description: 'Messages after the cursor may be missing; what is kept follows.' },
)

/** The rest is another page: reading more at once would hold up everybody else. */
const MAX_PAGE_BYTES = 1024 * 1024

const GET_SCHEMA = {
  summary: 'Read history',
  description:
    'Messages of a channel, oldest first, between two cursors (both exclusive), or up to a moment. Without bounds: the newest. ' +
    'With `wait`, an empty answer is held back until a message comes or the time is over (long poll).',
  tags: ['channels'],
  params: CHANNEL_PARAMS,
  querystring: QUERY,
  response: {
    200: Type.Object(
      {
        messages: Type.Array(MESSAGE),
        oldest: Type.Union([Type.String(), Type.Null()], {
          description: 'The oldest message kept in the channel.',
        }),
        more: Type.Boolean({ description: 'Whether more follow in the direction read.' }),
        gap: Type.Optional(GAP),
      },
      { description: 'A page of messages.' },
    ),
    ...problems(400, 401, 403),
  },
}

const PURGE_SCHEMA = {
  summary: 'Purge a channel',
  description: 'Removes all its messages; older cursors get a gap.',
  tags: ['channels'],
  params: CHANNEL_PARAMS,
  response: { 204: Type.Null({ description: 'The channel is empty.' }), ...problems(400, 401, 403) },
}

const MESSAGE_PARAMS = Type.Object({ ...CHANNEL_PARAMS.properties, id: Type.String() })

const DELETE_SCHEMA = {
  summary: 'Delete one message',
  description: 'Readers are told with a `deleted` frame; no gap is made.',
  tags: ['channels'],
  params: MESSAGE_PARAMS,
  response: { 204: Type.Null({ description: 'The message is gone.' }), ...problems(400, 401, 403, 404) },
}

export function messageRoutes(api: ApiScope, deps: ApiDeps): void {
  const arrivals = new Arrivals(deps.log)
  api.addHook('preClose', done => {
    arrivals.close()
    done()
  })

  api.get('/channels/:name/messages', { schema: GET_SCHEMA }, async (request, reply) => {
    const { name } = request.params
    const refusal = checkChannelName(name) ?? (await mayRead(deps.access, request.identity, name))
    if (refusal) return sendProblem(reply, refusal)
    const goneAway = (cancel: () => void) => reply.raw.once('close', cancel)
    const answer = await readOrWait(deps, arrivals, name, request.query, goneAway)
    // It may have waited: a key that was revoked meanwhile, or a session that ended, reads nothing more.
    const ended = checkEnd(request.identity)
    if (ended) return sendProblem(reply, ended)
    return reply.header('content-type', 'application/json').send(`{${historyMembers(answer)}}`)
  })

  api.delete(
    '/channels/:name/messages',
    { schema: PURGE_SCHEMA, onRequest: requireAdmin },
    async (request, reply) => {
      const { name } = request.params
      const refusal = checkChannelName(name)
      if (refusal) return sendProblem(reply, refusal)
      await deps.history.purge(name)
      note(deps.audit, request, 'purge', name)
      return reply.code(204).send()
    },
  )

  const route = { schema: DELETE_SCHEMA, onRequest: requireAdmin }
  api.delete('/channels/:name/messages/:id', route, async (request, reply) => {
    const { name, id } = request.params
    const refusal = checkChannelName(name)
    if (refusal) return sendProblem(reply, refusal)
    const position = parseCursor(id)
    const known = position !== null && position.epoch === deps.log.epoch
    if (known && (await deps.history.remove(name, position.seq))) {
      note(deps.audit, request, 'delete_message', name, id)
      return reply.code(204).send()
    }
    return sendProblem(reply, {
      code: 'not_found',
      message: `The channel ${name} keeps no message with this id.`,
    })
  })
}

/** A page; with `wait`, the first that is not empty. `goneAway` is given what to call when the client hangs up. */
async function readOrWait(
  deps: ApiDeps,
  arrivals: Arrivals,
  channel: string,
  { wait, ...bounds }: Static<typeof QUERY>,
  goneAway: (cancel: () => void) => void,
): Promise<HistoryAnswer> {
  const request = { channel, ...bounds, maxBytes: MAX_PAGE_BYTES }
  // Nothing new can come before a bound.
  if (wait === 0 || bounds.before !== undefined || bounds.until !== undefined)
    return readHistory(deps, request)
  // Waiting starts before the look: a message committed in between must end it.
  const arrival = arrivals.await(channel, wait * 1000)
  try {
    goneAway(arrival.cancel)
    const answer = await readHistory(deps, request)
    if (answer.page.messages.length > 0 || answer.gap) return answer
    await arrival.ended
    return await readHistory(deps, request)
  } finally {
    arrival.cancel()
  }
}
