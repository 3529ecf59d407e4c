// `/api/channels` and `/api/channels/{name}`: which channels there are, their rules and figures. Knows no messages.

import { type Static, Type } from 'typebox'
import type { ChannelRule } from '../core/channel-rules.ts'
import type { ApiScope } from './api-scope.ts'
import { checkChannelName, mayRead } from './channel-check.ts'
import type { ApiDeps } from './deps.ts'
import { requireReader } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'

export const CHANNEL_PARAMS = Type.Object({
  name: Type.String({ description: 'The name of the channel, percent-encoded.', examples: ['public:demo'] }),
})

const QUERY = Type.Object({
  prefix: Type.Optional(Type.String({ description: 'Only names that begin with it.' })),
  after: Type.Optional(Type.String({ description: 'Only names after this one: `next` of the page before.' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const CHANNEL = Type.Object(
  {
    name: Type.String(),
    subscribers: Type.Integer({ description: 'Live subscriptions on this node.' }),
    messages: Type.Integer({ description: 'Messages kept.' }),
    last: Type.Optional(
      Type.Integer({ description: 'When the newest one was published, in ms since 1970.' }),
    ),
  },
  { examples: [{ name: 'public:demo', subscribers: 3, messages: 120, last: 1767225600000 }] },
)

const LIST_SCHEMA = {
  summary: 'List channels',
  description: 'Channels that have subscribers or messages, by name.',
  tags: ['channels'],
  querystring: QUERY,
  response: {
    200: Type.Object(
      { channels: Type.Array(CHANNEL), next: Type.Optional(Type.String()) },
      { description: 'A page of channels; `next` is there when more follow.' },
    ),
    ...problems(400, 401, 403),
  },
}

export const RULE = Type.Object(
  {
    match: Type.String({ description: 'The pattern of the rule that applies.' }),
    subscribe: Type.Enum(['anyone', 'user', 'granted']),
    publish: Type.Enum(['nobody', 'subscribers', 'user', 'granted']),
    history: Type.Union([
      Type.Literal(false),
      Type.Object({ messages: Type.Integer(), ageMs: Type.Integer(), bytes: Type.Optional(Type.Integer()) }),
    ]),
    presence: Type.Boolean(),
    maxMessageBytes: Type.Optional(Type.Integer()),
  },
  { description: 'How the channel behaves.' },
)

const GET_SCHEMA = {
  summary: 'Look at a channel',
  description: 'Its rule and figures. A channel exists when it is used; one that is not has zeros.',
  tags: ['channels'],
  params: CHANNEL_PARAMS,
  response: {
    200: Type.Object(
      { ...CHANNEL.properties, bytes: Type.Integer(), rule: RULE },
      { description: 'The channel as it is now.' },
    ),
    ...problems(400, 401, 403),
  },
}

type Channel = Static<typeof CHANNEL>

export function channelRoutes(api: ApiScope, deps: ApiDeps): void {
  api.get('/channels', { schema: LIST_SCHEMA, onRequest: requireReader }, async request => {
    const { prefix = '', after = '', limit } = request.query
    const channels = await listChannels(deps, prefix, after, limit + 1)
    const page = channels.slice(0, limit)
    return channels.length > limit ? { channels: page, next: page.at(-1)!.name } : { channels: page }
  })

  api.get('/channels/:name', { schema: GET_SCHEMA }, async (request, reply) => {
    const { name } = request.params
    const refusal = checkChannelName(name) ?? (await mayRead(deps.access, request.identity, name))
    if (refusal) return sendProblem(reply, refusal)
    const stored = await deps.history.channel(name)
    const channel = toChannel(name, deps.hub.subscribers(name), stored)
    return { ...channel, bytes: stored?.bytes ?? 0, rule: toRule(deps.rules.of(name)) }
  })
}

/**
 * Stored and active channels merged by name. The first `limit` of both hold the first `limit` of the union, and
 * whatever of these is stored is among the first stored ones.
 */
async function listChannels(deps: ApiDeps, prefix: string, after: string, limit: number): Promise<Channel[]> {
  const stored = await deps.history.channels({ prefix, after, limit })
  const channels = new Map(
    stored.map(row => [row.name, toChannel(row.name, deps.hub.subscribers(row.name), row)]),
  )
  for (const { name, subscribers } of deps.hub.listChannels(prefix, after, limit)) {
    if (!channels.has(name)) channels.set(name, toChannel(name, subscribers, null))
  }
  return [...channels.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit)
}

function toChannel(
  name: string,
  subscribers: number,
  stored: { messages: number; last?: number | undefined } | null,
): Channel {
  const channel = { name, subscribers, messages: stored?.messages ?? 0 }
  return stored?.last === undefined ? channel : { ...channel, last: stored.last }
}

export function toRule({ history, maxMessageBytes, ...rule }: ChannelRule): Static<typeof RULE> {
  const limit = maxMessageBytes === undefined ? {} : { maxMessageBytes }
  if (history === null) return { ...rule, history: false, ...limit }
  const { bytes, ...kept } = history
  return { ...rule, history: bytes === undefined ? kept : { ...kept, bytes }, ...limit }
}
