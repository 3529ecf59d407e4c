// `/api/channels` and `/api/channels/{name}`: which channels there are, their rules and figures. Knows no messages.

import { CHANNEL_SORTS, type ChannelFigures, type ChannelSort } from '../core/channel-directory.ts'
import type { ChannelRule } from '../core/channel-rules.ts'
import type { ApiScope } from './api-scope.ts'
import { checkChannelName, mayRead } from './channel-check.ts'
import type { ApiDeps } from './deps.ts'
import { requireReader } from './guard.ts'
import { sendProblem } from './problem.ts'
import { problems } from './problem-schema.ts'
import { type Static, Type } from './schema.ts'

export const CHANNEL_PARAMS = Type.Object({
  name: Type.String({ description: 'The name of the channel, percent-encoded.', examples: ['public:demo'] }),
})

const SORTS = CHANNEL_SORTS.flatMap((figure): ChannelSort[] => [figure, `-${figure}`])

const QUERY = Type.Object({
  prefix: Type.Optional(Type.String({ description: 'Only names that begin with it.' })),
  after: Type.Optional(Type.String({ description: 'Only names after this one: `next` of the page before.' })),
  text: Type.Optional(
    Type.String({ maxLength: 200, description: 'Only names that contain it, upper and lower case alike.' }),
  ),
  sort: Type.Optional(
    Type.Enum(SORTS, {
      description: 'By what; with `-` before it, the largest first. Equals stay by name.',
    }),
  ),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'How many to pass over.' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const CHANNEL = Type.Object(
  {
    name: Type.String(),
    match: Type.String({ description: 'The pattern of the rule that applies.' }),
    subscribers: Type.Integer({ description: 'Live subscriptions on this node.' }),
    perSecond: Type.Number({
      description: 'Messages published a second, over the last five to ten seconds.',
    }),
    messages: Type.Integer({ description: 'Messages kept.' }),
    bytes: Type.Integer({ description: 'Bytes of their content.' }),
    last: Type.Optional(
      Type.Integer({ description: 'When the newest one was published, in ms since 1970.' }),
    ),
  },
  {
    examples: [
      {
        name: 'public:demo',
        match: 'public:*',
        subscribers: 3,
        perSecond: 0.4,
        messages: 120,
        bytes: 20480,
        last: 1767225600000,
      },
    ],
  },
)

const LIST_SCHEMA = {
  summary: 'List channels',
  description:
    'Channels that have subscribers or messages. By name, a page after another with `after`; or with `text`, `sort` or ' +
    '`offset` a search, which tells the `total` found. With very many channels, kept figures in a search are up to ' +
    'a minute old.',
  tags: ['channels'],
  querystring: QUERY,
  response: {
    200: Type.Object(
      {
        channels: Type.Array(CHANNEL),
        next: Type.Optional(Type.String()),
        total: Type.Optional(Type.Integer({ description: 'How many the search found.' })),
      },
      { description: 'A page of channels; by name, `next` is there when more follow.' },
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
    200: Type.Object({ ...CHANNEL.properties, rule: RULE }, { description: 'The channel as it is now.' }),
    ...problems(400, 401, 403),
  },
}

type Channel = Static<typeof CHANNEL>

export function channelRoutes(api: ApiScope, deps: ApiDeps): void {
  api.get('/channels', { schema: LIST_SCHEMA, onRequest: requireReader }, async (request, reply) => {
    const { prefix = '', after, text, sort, offset, limit } = request.query
    const isSearch = (text ?? sort ?? offset) !== undefined
    if (isSearch && after !== undefined) return sendProblem(reply, AFTER_IN_SEARCH)
    if (isSearch) return searchChannels(deps, request.query)
    const channels = await listChannels(deps, prefix, after ?? '', limit + 1)
    const page = channels.slice(0, limit)
    return channels.length > limit ? { channels: page, next: page.at(-1)!.name } : { channels: page }
  })

  api.get('/channels/:name', { schema: GET_SCHEMA }, async (request, reply) => {
    const { name } = request.params
    const refusal = checkChannelName(name) ?? (await mayRead(deps.access, request.identity, name))
    if (refusal) return sendProblem(reply, refusal)
    const figures = deps.channels.figuresOf(name, await deps.history.channel(name))
    return { ...withMatch(deps, figures), rule: toRule(deps.rules.of(name)) }
  })
}

const AFTER_IN_SEARCH = {
  code: 'bad_request',
  message: '"after" goes through channels by name alone: with "text" or "sort" use "offset".',
} as const

async function searchChannels(deps: ApiDeps, query: Static<typeof QUERY>) {
  const { prefix = '', text = '', sort = 'name', offset = 0, limit } = query
  const found = await deps.channels.search({ prefix, text, sort, offset, limit })
  return { channels: found.channels.map(figures => withMatch(deps, figures)), total: found.total }
}

/**
 * Stored and active channels merged by name. The first `limit` of both hold the first `limit` of the union, and
 * whatever of these is stored is among the first stored ones.
 */
async function listChannels(deps: ApiDeps, prefix: string, after: string, limit: number): Promise<Channel[]> {
  const stored = await deps.history.channels({ prefix, after, limit })
  const channels = new Map(stored.map(row => [row.name, deps.channels.figuresOf(row.name, row)]))
  for (const { name } of deps.hub.listChannels(prefix, after, limit)) {
    if (!channels.has(name)) channels.set(name, deps.channels.figuresOf(name, null))
  }
  return [...channels.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(figures => withMatch(deps, figures))
}

function withMatch({ rules }: ApiDeps, figures: ChannelFigures): Channel {
  return { ...figures, match: rules.of(figures.name).match }
}

export function toRule({ history, maxMessageBytes, ...rule }: ChannelRule): Static<typeof RULE> {
  const limit = maxMessageBytes === undefined ? {} : { maxMessageBytes }
  if (history === null) return { ...rule, history: false, ...limit }
  const { bytes, ...kept } = history
  return { ...rule, history: bytes === undefined ? kept : { ...kept, bytes }, ...limit }
}
