// What the API says of connections: the shapes of its answers, and what may be asked. Knows no routes.

import { SORT_COLUMNS, type Sort } from '../core/connection-search.ts'
import { Type } from './schema.ts'

const SORTS = SORT_COLUMNS.flatMap((column): Sort[] => [column, `-${column}`])

export const CONNECTIONS_QUERY = Type.Object({
  channel: Type.Optional(Type.String({ description: 'Only those subscribed to it.' })),
  user: Type.Optional(Type.String({ description: 'Only those of this user.' })),
  transport: Type.Optional(Type.Enum(['websocket', 'sse'], { description: 'Only those that came by it.' })),
  address: Type.Optional(
    Type.String({ description: 'Only those whose address begins with it: `192.0.2.` for a network.' }),
  ),
  text: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Only those in which each of these words stands somewhere: id, user, name, kind, transport, address, browser, channels. Capitals do not count.',
    }),
  ),
  sort: Type.Optional(
    Type.Enum(SORTS, {
      description:
        'By which column; with `-` before it, the largest first. Those without a value come last. Without it: in the order they came.',
    }),
  ),
  after: Type.Optional(
    Type.String({ description: 'Only those after this id: `next` of the page before. Not with `sort`.' }),
  ),
  offset: Type.Integer({ minimum: 0, default: 0, description: 'How many to pass over. Not with `after`.' }),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' }),
})

const BEHIND = Type.Integer({ description: 'Messages that it was not given yet.' })
const REPLAYING = Type.Optional(
  Type.Boolean({ description: 'It reads from the log: `behind` counts only what is in memory.' }),
)
const PATTERNS = Type.Optional(
  Type.Array(Type.String(), {
    description: 'Patterns of channels. Absent where something else than patterns decides.',
  }),
)

export const CONNECTION = Type.Object(
  {
    id: Type.String(),
    user: Type.Optional(Type.String()),
    kind: Type.Enum(['anonymous', 'client', 'key', 'operator']),
    name: Type.Optional(Type.String({ description: 'Of a key or an operator, who are no users.' })),
    transport: Type.Enum(['websocket', 'sse']),
    address: Type.String(),
    userAgent: Type.Optional(Type.String()),
    channels: Type.Array(Type.String()),
    since: Type.Integer({ description: 'When it connected, in milliseconds since 1970.' }),
    messages: Type.Integer({ description: 'Messages sent to it.' }),
    bytes: Type.Integer({ description: 'Bytes handed to its socket.' }),
    pendingBytes: Type.Integer({ description: 'Bytes that its socket has not taken yet.' }),
    behind: BEHIND,
    replaying: REPLAYING,
    roundTripMs: Type.Optional(
      Type.Number({
        description:
          'From its last heartbeat to the answer. Absent before the first one, and on SSE, where nobody answers.',
      }),
    ),
  },
  {
    description: 'The connection as it is now.',
    examples: [
      {
        id: '0000001a3f9c2',
        user: 'ada',
        kind: 'client',
        transport: 'websocket',
        address: '192.0.2.7',
        channels: ['public:demo', '@ada'],
        since: 1767225600000,
        messages: 12,
        bytes: 2048,
        pendingBytes: 0,
        behind: 0,
        roundTripMs: 23.4,
      },
    ],
  },
)

export const CONNECTION_PAGE = Type.Object(
  {
    connections: Type.Array(CONNECTION),
    total: Type.Integer({ description: 'How many match, on whichever page.' }),
    next: Type.Optional(Type.String()),
  },
  { description: 'A page of connections; `next` is there when more follow in the order they came.' },
)

const IDENTITY = Type.Object(
  {
    info: Type.Optional(Type.Unknown({ description: "The token's `info`." })),
    subscribe: PATTERNS,
    publish: PATTERNS,
    asksHook: Type.Optional(Type.Boolean({ description: 'The hook is asked about further channels.' })),
    read: Type.Optional(Type.Boolean({ description: 'Of an API key.' })),
    admin: Type.Optional(Type.Boolean({ description: 'Of an API key.' })),
    role: Type.Optional(Type.Enum(['operator', 'viewer'])),
    expires: Type.Optional(Type.Integer({ description: 'When it ends, in milliseconds since 1970.' })),
  },
  { description: 'What it may do. Never the token, the key or the session that says so.' },
)

const SUBSCRIPTION = Type.Object({
  channel: Type.String(),
  rule: Type.String({ description: 'The pattern of the rule that applies.' }),
  cursor: Type.String({ description: 'Messages after this one follow.' }),
  behind: BEHIND,
  replaying: REPLAYING,
})

export const CONNECTION_DETAIL = Type.Object(
  {
    ...CONNECTION.properties,
    identity: IDENTITY,
    subscriptions: Type.Array(SUBSCRIPTION),
    sender: Type.Optional(
      Type.String({ description: 'Messages published with it do not come back here (rule H4).' }),
    ),
  },
  { description: 'The connection as it is now, with what it may do and where it stands in each channel.' },
)
