// Who may receive from and publish to a channel: the rules N2 and N3, put to an identity. Knows no connections.

import { personalChannel } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { ChannelRule, ChannelRules } from '../core/channel-rules.ts'
import type { Access, Identity, Verdict } from '../core/identity.ts'

export type Grants = Pick<Access, 'maySubscribe' | 'mayPublish' | 'mayRead'>

/** `everyone`: the channels that each connection is given (rule N2), whatever their rule says. */
export function createGrants(rules: ChannelRules, everyone: readonly string[]): Grants {
  const forAll = new Set(everyone)
  const mayReceive = (identity: Identity, channel: string) =>
    forAll.has(channel) ? null : judgeReceiving(identity, channel, rules.of(channel))
  return {
    maySubscribe: mayReceive,
    mayRead: mayReceive,
    mayPublish: (identity, channel, subscribed) =>
      judgePublishing(identity, channel, subscribed, rules.of(channel)),
  }
}

function judgeReceiving(identity: Identity, channel: string, rule: ChannelRule): Verdict {
  if (identity.kind === 'operator') return null
  if (channel.startsWith('$')) {
    return refuse(identity, `"${channel}" is for operators only: sign in to the dashboard.`)
  }
  if (identity.kind === 'key') {
    if (identity.read || identity.admin) return null
    return refuse(
      identity,
      `The API key "${identity.name}" may not read "${channel}": give the key read: true.`,
    )
  }
  const user = identity.kind === 'client' ? identity.user : undefined
  if (channel.startsWith('@')) {
    if (user !== undefined && personalChannel(user) === channel) return null
    return refuse(
      identity,
      `"${channel}" is a personal channel: only a token whose sub is that user receives it.`,
    )
  }
  if (rule.subscribe === 'anyone') return null
  const named = `The rule "${rule.match}" does not let this connection receive "${channel}"`
  if (rule.subscribe === 'user') {
    return user !== undefined ? null : refuse(identity, `${named}: ${needsUser(identity)}.`)
  }
  if (identity.kind === 'client' && identity.subscribe(channel)) return null
  return refuse(identity, `${named}: ${needsGrant(identity, 'subscribe')}.`)
}

function judgePublishing(
  identity: Identity,
  channel: string,
  subscribed: boolean,
  rule: ChannelRule,
): Verdict {
  if (channel.startsWith('$'))
    return forbid(`"${channel}" belongs to the gateway, and nobody else publishes there.`)
  if (identity.kind === 'operator') return identity.role === 'viewer' ? refuseViewer(identity.user) : null
  if (identity.kind === 'key') {
    if (identity.publish(channel)) return null
    return forbid(
      `The API key "${identity.name}" may not publish to "${channel}": add it to the key's publish list.`,
    )
  }
  const named = `The rule "${rule.match}" does not let this connection publish to "${channel}"`
  switch (rule.publish) {
    case 'nobody':
      return forbid(`${named}: no client may, so publish from your backend with an API key.`)
    case 'subscribers':
      return subscribed ? null : forbid(`${named}: subscribe to it first on the same connection.`)
    case 'user':
      if (identity.kind === 'client' && identity.user !== undefined) return null
      return refuse(identity, `${named}: ${needsUser(identity)}.`)
    case 'granted':
      if (identity.kind === 'client' && identity.publish(channel)) return null
      return refuse(identity, `${named}: ${needsGrant(identity, 'publish')}.`)
  }
}

/** What a viewer is told who wants to change something. */
export function refuseViewer(user: string): Failure {
  return forbid(
    `"${user}" is signed in as a viewer, who changes nothing: sign in as an operator, or set role: operator for this account.`,
  )
}

/** Whether the application's hook says who this is, and not a token. */
function isHooked(identity: Identity): boolean {
  return identity.kind === 'client' && identity.authority !== undefined
}

function needsUser(identity: Identity): string {
  return isHooked(identity)
    ? 'sign in to the application, so that its hook names a user'
    : 'connect with a token that names a user (sub)'
}

function needsGrant(identity: Identity, what: 'subscribe' | 'publish'): string {
  return isHooked(identity)
    ? `the application's hook has to name it under ${what}`
    : `connect with a token whose ${what} patterns match it`
}

/** Without any identity it is a credential that is missing (401), with one its rights (403); rule S8. */
function refuse(identity: Identity, message: string): Failure {
  return { code: isNobody(identity) ? 'unauthorized' : 'forbidden', message }
}

/** Whether nobody in particular is there: no credential, or one in which the application sees nobody. */
export function isNobody(identity: Identity): boolean {
  return identity.kind === 'anonymous' || (isHooked(identity) && !('user' in identity && identity.user))
}

/** Refused whatever credential is shown. */
function forbid(message: string): Failure {
  return { code: 'forbidden', message }
}
