// How `POST /api/publish` is described in the OpenAPI document. It validates nothing: the route reads the raw text.

import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const Result = Type.Object(
  {
    id: Type.Optional(
      Type.String({ description: 'The cursor of the message; absent in channels without history.' }),
    ),
    channel: Type.String(),
    subscribers: Type.Integer({ description: "This node's live subscriptions of the channel at commit." }),
    duplicate: Type.Optional(
      Type.Literal(true, { description: 'The key was seen before: this is the first id.' }),
    ),
  },
  { examples: [{ id: 'k3f9x2ab-1042', channel: 'public:demo', subscribers: 3 }] },
)

const ItemError = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })

const Item = Type.Object(
  {
    channel: Type.Optional(
      Type.String({ description: 'One channel. Exactly one of channel, channels, user.' }),
    ),
    channels: Type.Optional(
      Type.Array(Type.String(), { description: 'Several channels; each has its own result.' }),
    ),
    user: Type.Optional(
      Type.Union([Type.String(), Type.Integer()], { description: 'The personal channel of a user.' }),
    ),
    data: Type.Unknown({ description: 'Any JSON; its tokens reach readers exactly as written.' }),
    event: Type.Optional(Type.String({ description: 'A name for readers to tell messages apart.' })),
    key: Type.Optional(
      Type.String({ description: 'Idempotency key: for ten minutes the same key publishes once.' }),
    ),
    ttl: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Seconds until the message is gone.' }),
    ),
    sender: Type.Optional(Type.String({ description: 'Connections with this sender id do not receive it.' })),
  },
  {
    additionalProperties: false,
    examples: [
      { channel: 'public:demo', data: { text: 'Hello' } },
      { user: 'ada', data: 'Your report is ready', ttl: 3600 },
    ],
  },
)

export const PUBLISH_SCHEMA = {
  summary: 'Publish',
  description:
    'Publishes one message, or up to 1000 in an array, as one transaction. 200 means that the message is committed ' +
    'and will be replayed. In an array, or with "channels", each message has its own result, and an invalid one ' +
    'fails alone. The header Idempotency-Key does for a single message what "key" does. The body is read as JSON ' +
    'whatever its Content-Type: at most 1 MiB, arrays 8 MiB, `data` 64 KiB a message, unless configured otherwise.',
  tags: ['publish'],
  headers: Type.Object({
    'idempotency-key': Type.Optional(Type.String({ description: 'For a single message: its `key`.' })),
  }),
  body: Type.Union([Item, Type.Array(Item, { maxItems: 1000 })]),
  response: {
    200: Type.Union([Result, Type.Object({ results: Type.Array(Type.Union([Result, ItemError])) })], {
      description: 'One result, or one for each message in order.',
    }),
    ...problems(400, 401, 403, 413, 429, 503),
  },
}
