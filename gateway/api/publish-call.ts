// One call of `POST /api/publish`, from the text of its body to the text of its answer (rules H1–H3). The same behind both
// doors, the framework's route and the short one; knows neither, and no log.

import type { Failure } from '../../shared/codes.ts'
import { isNobody } from '../access/grants.ts'
import type { Config } from '../config/config.ts'
import type { AuditTrail } from '../core/audit.ts'
import type { Access, Identity } from '../core/identity.ts'
import type { Publication, Published } from '../core/publication.ts'
import type { Publisher } from '../core/publisher.ts'
import { publisherScope } from '../core/publisher-scope.ts'
import { type Caller, note } from './actor.ts'
import { checkChannelName } from './channel-check.ts'
import type { HttpFailure } from './problem.ts'
import type { PublishItem } from './publish-item.ts'
import { type Order, readOrder } from './publish-order.ts'
import { createPublishRate, type PublishRateDeps } from './publish-rate.ts'

export interface PublishCall extends Caller {
  /** The body. */
  readonly text: string
  /** The header Idempotency-Key. */
  readonly key: string | undefined
}

/** Publishes; the JSON of the answer, or what the request is refused with. */
export type Publish = (call: PublishCall) => Promise<string | HttpFailure>

export interface PublishDeps extends PublishRateDeps {
  readonly access: Access
  readonly publisher: Pick<Publisher, 'publish'>
  readonly limits: PublishRateDeps['limits'] & Pick<Config['limits'], 'bodyBytes'>
  readonly audit: Pick<AuditTrail, 'note'>
}

type Outcome = Published | Failure

/** What a request asks for: each place holds what is to be published, or why it is not. */
interface Batch {
  readonly places: readonly (Publication | Failure)[]
  /** Whether the answer is one result, and a failure therefore a status. */
  readonly single: boolean
}

export function createPublish(deps: PublishDeps): Publish {
  const { access, publisher, audit, limits } = deps
  const limit = createPublishRate(deps)
  return async call => {
    const order = isTooMuchFor(call, limits.bodyBytes) ? NEEDS_CREDENTIAL : readOrder(call.text, call.key)
    if ('code' in order) return order
    const limited = limit(call, order.messages)
    if (limited) return limited
    const unheard = await consult(order, call.identity, access)
    if (unheard) return unheard
    const batch = judge(order, call, access)
    const outcomes = await publishBatch(batch, publisher)
    if ('code' in outcomes) return outcomes
    if (call.identity.kind === 'operator') noteBroadcast(call, outcomes, audit)
    if (!batch.single) return `{"results":[${outcomes.map(resultJson).join(',')}]}`
    const only = outcomes[0]!
    return 'code' in only ? only : resultJson(only)
  }
}

/** What backends publish is their business; what a person sends by hand may be asked about. Never with its content. */
function noteBroadcast(call: PublishCall, outcomes: readonly Outcome[], audit: PublishDeps['audit']): void {
  const channels = outcomes.flatMap(outcome => ('code' in outcome ? [] : [outcome.channel]))
  if (channels.length === 0) return
  const detail = channels.length > 1 ? `and ${channels.length - 1} more` : undefined
  note(audit, call, 'publish', channels[0]!, detail)
}

/** The valid ones go to the publisher together, as one transaction; the others keep their place among the results. */
async function publishBatch(
  { places }: Batch,
  publisher: PublishDeps['publisher'],
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

/** Reading 8 MiB of nested JSON holds the event loop for a second: not for somebody who may publish nothing. */
function isTooMuchFor({ identity, text }: PublishCall, bodyBytes: number): boolean {
  return isNobody(identity) && text.length > bodyBytes
}

const NEEDS_CREDENTIAL: HttpFailure = {
  code: 'too_large',
  limit: 'bodyBytes',
  message: 'A body larger than limits.bodyBytes needs an API key or a token; nothing of it was read.',
}

function judge({ items, isArray }: Order, call: PublishCall, access: Access): Batch {
  const places = items.flatMap(item => ('code' in item ? [item] : toPublications(item, call, access)))
  return { places, single: !isArray && !(items[0] as PublishItem).several }
}

function toPublications(item: PublishItem, call: PublishCall, access: Access): (Publication | Failure)[] {
  const { identity, ip } = call
  const user = identity.kind === 'client' ? identity.user : undefined
  const idempotency =
    item.key === undefined ? undefined : { scope: publisherScope(identity, `anonymous:${ip}`), key: item.key }
  return item.channels.map(channel => {
    const refusal = checkChannelName(channel) ?? mayPublish(access, identity, channel)
    return refusal ?? { channel, ...item.content, user, idempotency }
  })
}

/** Whoever granted the identity is asked once about all channels that it may not publish to so far. */
async function consult({ items }: Order, identity: Identity, access: Access): Promise<Failure | null> {
  if (identity.kind !== 'client' || !identity.authority) return null
  const channels = new Set(items.flatMap(item => ('code' in item ? [] : item.channels)))
  const open = [...channels].filter(name => !checkChannelName(name) && mayPublish(access, identity, name))
  return open.length === 0 ? null : identity.authority.consult(open)
}

/**
 * Over HTTP there is no subscription to look at, and this may be another node than the one that has it (rule S7):
 * whoever may subscribe counts as subscribed.
 */
function mayPublish(access: Access, identity: Identity, channel: string): Failure | null {
  // Of a key only its own scope is asked: for thousands of messages a second the other answer would be in vain.
  const isSubscribed = identity.kind !== 'key' && access.maySubscribe(identity, channel) === null
  return access.mayPublish(identity, channel, isSubscribed)
}
