// A connection as operators see it. Never shows what somebody proved an identity with: tokens, keys, sessions.

import type { ConnectionDetail, ConnectionView, IdentityView, SubscriptionView } from '../../shared/stats.ts'
import type { Grant, Identity } from './identity.ts'
import { lagOf } from './lag.ts'
import type { Link } from './link.ts'
import type { Reader } from './reader.ts'
import type { Subscription } from './subscription.ts'

/** The session that is looked at. */
interface Viewed {
  readonly id: string
  readonly user: string | undefined
  readonly identity: Identity
  readonly link: Pick<Link, 'transport' | 'address' | 'userAgent' | 'roundTripMs'>
  readonly reader: Reader
  readonly sender: string | undefined
  readonly since: number
  readonly givenBytes: number
  readonly pendingBytes: number
}

/** One line of a list: cheap, for it is made for thousands at a time. */
export function viewOf(session: Viewed): ConnectionView {
  const { id, user, identity, link, reader, since, givenBytes, pendingBytes } = session
  const { userAgent, roundTripMs } = link
  const name = nameOf(identity)
  let behind = 0
  let isReplaying = false
  for (const subscription of reader.subscriptions.values()) {
    const lag = lagOf(subscription, reader.placeOf(subscription))
    behind += lag.messages
    isReplaying ||= lag.isReplaying
  }
  return {
    id,
    ...(user !== undefined && { user }),
    kind: identity.kind,
    ...(name !== undefined && { name }),
    transport: link.transport,
    address: link.address,
    ...(userAgent !== undefined && { userAgent }),
    channels: [...reader.subscriptions.keys()],
    since,
    messages: reader.messages,
    bytes: givenBytes,
    pendingBytes,
    behind,
    ...(isReplaying && { replaying: true }),
    ...(roundTripMs !== null && { roundTripMs }),
  }
}

/** All there is to show of one connection. */
export function detailOf(session: Viewed): ConnectionDetail {
  const { reader, identity, sender } = session
  return {
    ...viewOf(session),
    identity: identityView(identity),
    subscriptions: [...reader.subscriptions.values()].map(each => subscriptionView(each, reader)),
    ...(sender !== undefined && { sender }),
  }
}

function subscriptionView(subscription: Subscription, reader: Reader): SubscriptionView {
  const { name, rule } = subscription.channel
  const { messages, isReplaying } = lagOf(subscription, reader.placeOf(subscription))
  return {
    channel: name,
    rule: rule.match,
    cursor: reader.cursorOf(name),
    behind: messages,
    ...(isReplaying && { replaying: true }),
  }
}

function identityView(identity: Identity): IdentityView {
  switch (identity.kind) {
    case 'anonymous':
      return {}
    case 'client': {
      const { info, subscribe, publish, authority } = identity
      return {
        ...(info !== undefined && { info }),
        ...patternsOf('subscribe', subscribe),
        ...patternsOf('publish', publish),
        ...(authority && { asksHook: true }),
        ...endOf(identity),
      }
    }
    case 'key': {
      const { read, admin, publish } = identity
      return { read, admin, ...patternsOf('publish', publish) }
    }
    case 'operator':
      return { role: identity.role, ...endOf(identity) }
  }
}

function endOf({ expires }: { readonly expires?: number | undefined }): Pick<IdentityView, 'expires'> {
  return expires === undefined ? {} : { expires }
}

/** How a key or an operator is called; users have their own field. */
function nameOf(identity: Identity): string | undefined {
  if (identity.kind === 'key') return identity.name
  return identity.kind === 'operator' ? identity.user : undefined
}

function patternsOf(what: 'subscribe' | 'publish', grant: Grant): Partial<IdentityView> {
  const patterns = grant.patterns?.()
  return patterns === undefined ? {} : { [what]: patterns }
}
