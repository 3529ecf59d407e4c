// `POST /api/publish`: one message or many, each with its own result (rules H1–H3). Knows no log.

import type { FastifyRequest } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import { hasMoreItems, readItems, readMembers } from '../../shared/json-members.ts'
import { isNobody } from '../access/grants.ts'
import type { Access, Identity } from '../core/identity.ts'
import type { Publication, Published } from '../core/publication.ts'
import { publisherScope } from '../core/publisher-scope.ts'
import { note } from './actor.ts'
import type { ApiScope } from './api-scope.ts'
import { ARRAY_FACTOR } from './body.ts'
import { checkChannelName } from './channel-check.ts'
import type { ApiDeps } from './deps.ts'
import { sendProblem } from './problem.ts'
import { type PublishItem, readPublishItem } from './publish-item.ts'
import { createPublishRate } from './publish-rate.ts'
import { PUBLISH_SCHEMA } from './publish-schema.ts'

const MAX_MESSAGES = 1000

type Outcome = Published | Failure

/** What a request asks for: each place holds what is to be published, or why it is not. */
interface Batch {
  readonly places: readonly (Publication | Failure)[]
  /** Whether the answer is one result, and a failure therefore a status. */
  readonly single: boolean
}

export function publishRoutes(api: ApiScope, deps: ApiDeps): void {
  const limit = createPublishRate(deps)
  const options = { schema: PUBLISH_SCHEMA, bodyLimit: deps.limits.bodyBytes * ARRAY_FACTOR }
  api.post('/publish', options, async (request, reply) => {
    const order = isTooMuchFor(request, deps.limits.bodyBytes) ? NEEDS_CREDENTIAL : readOrder(request)
    if ('code' in order) return sendProblem(reply, order)
    const limited = limit(request, order.messages)
    if (limited) return sendProblem(reply, limited)
    const batch = await judge(order, request, deps.access)
    if ('code' in batch) return sendProblem(reply, batch)
    const outcomes = await publishBatch(batch, deps.publisher)
    if ('code' in outcomes) return sendProblem(reply, outcomes)
    if (request.identity.kind === 'operator') noteBroadcast(request, outcomes, deps.audit)
    reply.header('content-type', 'application/json')
    if (!batch.single) return reply.send(`{"results":[${outcomes.map(resultJson).join(',')}]}`)
    const only = outcomes[0]!
    return 'code' in only ? sendProblem(reply, only) : reply.send(resultJson(only))
  })
}

/** What backends publish is their business; what a person sends by hand may be asked about. Never with its content. */
function noteBroadcast(request: FastifyRequest, outcomes: readonly Outcome[], audit: ApiDeps['audit']): void {
  const channels = outcomes.flatMap(outcome => ('code' in outcome ? [] : [outcome.channel]))
  if (channels.length === 0) return
  const detail = channels.length > 1 ? `and ${channels.length - 1} more` : undefined
  note(audit, request, 'publish', channels[0]!, detail)
}

/** The valid ones go to the publisher together, as one transaction; the others keep their place among the results. */
async function publishBatch(
  { places }: Batch,
  publisher: ApiDeps['publisher'],
): Promise<readonly Outcome[] | Failure> {
  const group = places.filter((place): place is Publication => !('code' in place))
  if (group.length === 0) return places as readonly Failure[]
  const outcomes = await publisher.publish(group)
  if ('code' in outcomes) return outcomes
  let next = 0
  return places.map(place => ('code' in place ? place : outcomes[next++]!))
}

function resultJson(outcome: Outcome): string {
  if ('code' in outcome) return JSON.stringify({ error: { code: outcome.code, message: outcome.message } })
  // Neither ids nor channel names (rule N1) hold a character that JSON escapes.
  const id = outcome.id === undefined ? '' : `"id":"${outcome.id}",`
  const duplicate = outcome.duplicate ? ',"duplicate":true' : ''
  return `{${id}"channel":"${outcome.channel}","subscribers":${outcome.subscribers}${duplicate}}`
}

/** What a request asks for, before anybody has judged whether it may. */
interface Order {
  readonly items: readonly (PublishItem | Failure)[]
  readonly isArray: boolean
  readonly messages: number
}

/** Reading 8 MiB of nested JSON holds the event loop for a second: not for somebody who may publish nothing. */
function isTooMuchFor({ identity, body }: FastifyRequest, bodyBytes: number): boolean {
  return isNobody(identity) && typeof body === 'string' && body.length > bodyBytes
}

const NEEDS_CREDENTIAL: Failure = {
  code: 'too_large',
  message: 'A body larger than limits.bodyBytes needs an API key or a token; nothing of it was read.',
}

function readOrder(request: FastifyRequest): Order | Failure {
  const text = request.body as string | undefined
  if (!text) return bad('The request body is empty; send a JSON object, or an array of them.')
  const header = request.headers['idempotency-key']
  const key = typeof header === 'string' && header !== '' ? header : undefined
  const isArray = /^\s*\[/.test(text)
  const items = isArray ? readArray(text, key) : readSingle(text, key)
  if ('code' in items) return items
  // Counted before anything is done for each: a list of a million channels fits in a body.
  const messages = items.reduce((sum, item) => sum + ('code' in item ? 1 : item.channels.length), 0)
  return messages > MAX_MESSAGES ? tooMany(messages) : { items, isArray, messages }
}

async function judge(
  { items, isArray }: Order,
  request: FastifyRequest,
  access: Access,
): Promise<Batch | Failure> {
  const channels = items.flatMap(item => ('code' in item ? [] : item.channels))
  const unheard = await consult(request.identity, [...new Set(channels)], access)
  if (unheard) return unheard
  const places = items.flatMap(item => ('code' in item ? [item] : toPublications(item, request, access)))
  return { places, single: !isArray && !(items[0] as PublishItem).several }
}

function readSingle(text: string, key: string | undefined): readonly [PublishItem] | Failure {
  const members = readMembers(text)
  if ('code' in members) return members
  const item = readPublishItem(members)
  if ('code' in item) return item
  if (key !== undefined && item.key !== undefined && key !== item.key) {
    return bad('The member "key" and the header Idempotency-Key differ; send one of them.')
  }
  return [{ ...item, key: item.key ?? key }]
}

function readArray(text: string, key: string | undefined): readonly (PublishItem | Failure)[] | Failure {
  if (key !== undefined) {
    return bad('Idempotency-Key is for a single message; in an array, give each item its "key".')
  }
  if (hasMoreItems(text, MAX_MESSAGES)) return tooMany(`more than ${MAX_MESSAGES}`)
  const items = readItems(text)
  if ('code' in items) return items
  return items.map(members => ('code' in members ? members : readPublishItem(members)))
}

function bad(message: string): Failure {
  return { code: 'bad_request', message }
}

function tooMany(count: number | string): Failure {
  return {
    code: 'too_large',
    message: `The request holds ${count} messages; at most ${MAX_MESSAGES} fit in one.`,
  }
}

function toPublications(
  item: PublishItem,
  request: FastifyRequest,
  access: Access,
): (Publication | Failure)[] {
  const { identity } = request
  const user = identity.kind === 'client' ? identity.user : undefined
  const idempotency =
    item.key === undefined
      ? undefined
      : { scope: publisherScope(identity, `anonymous:${request.ip}`), key: item.key }
  return item.channels.map(channel => {
    const refusal = checkChannelName(channel) ?? mayPublish(access, identity, channel)
    return refusal ?? { channel, ...item.content, user, idempotency }
  })
}

/** Whoever granted the identity is asked once about all channels that it may not publish to so far. */
async function consult(
  identity: Identity,
  channels: readonly string[],
  access: Access,
): Promise<Failure | null> {
  if (identity.kind !== 'client' || !identity.authority) return null
  const open = channels.filter(name => !checkChannelName(name) && mayPublish(access, identity, name))
  return open.length === 0 ? null : identity.authority.consult(open)
}

/**
 * Over HTTP there is no subscription to look at, and this may be another node than the one that has it (rule S7):
 * whoever may subscribe counts as subscribed.
 */
function mayPublish(access: Access, identity: Identity, channel: string): Failure | null {
  return access.mayPublish(identity, channel, access.maySubscribe(identity, channel) === null)
}
