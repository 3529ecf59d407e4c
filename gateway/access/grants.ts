// Who may receive from and publish to a channel: the rules N2 and N3, put to an identity. Knows no connections.

import { personalChannel } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import type { ChannelRule, ChannelRules } from '../core/channel-rules.ts'
import type { Access, Identity, Verdict } from '../core/identity.ts'

export type Grants = Pick<Access, 'maySubscribe' | 'mayPublish' | 'mayRead'>

/** What lets an identity through. The sentences for these are made where somebody asks for them (access/explain.ts). */
export type Allowance =
  | 'everyone'
  | 'operator'
  | 'key'
  | 'own channel'
  | 'anyone'
  | 'user'
  | 'subscribed'
  | 'grant'

/** The one decision behind every refusal and every explanation: what allows something, or why it is refused. */
export type Judgment = Allowance | Failure

export interface Judges {
  receiving(identity: Identity, channel: string): Judgment
  /** `subscribed`: whether the connection has the channel, for the rule `publish: subscribers`. */
  publishing(identity: Identity, channel: string, subscribed: boolean): Judgment
}

/** `everyone`: the channels that each connection is given (rule N2), whatever their rule says. */
export function createJudges(rules: ChannelRules, everyone: readonly string[]): Judges {
  const forAll = new Set(everyone)
  return {
    receiving: (identity, channel) =>
      forAll.has(channel) ? 'everyone' : judgeReceiving(identity, channel, rules.of(channel)),
    publishing: (identity, channel, subscribed) =>
      judgePublishing(identity, channel, subscribed, rules.of(channel)),
  }
}

/** The judges as the core asks them. */
export function createGrants({ receiving, publishing }: Judges): Grants {
  const mayReceive = (identity: Identity, channel: string): Verdict => verdictOf(receiving(identity, channel))
  return {
    maySubscribe: mayReceive,
    mayRead: mayReceive,
    mayPublish: (identity, channel, subscribed) => verdictOf(publishing(identity, channel, subscribed)),
  }
}

function verdictOf(judgment: Judgment): Verdict {
  return typeof judgment === 'string' ? null : judgment
}

function judgeReceiving(identity: Identity, channel: string, rule: ChannelRule): Judgment {
  if (identity.kind === 'operator') return 'operator'
  if (channel.startsWith('$')) {
    return refuse(identity, `"${channel}" is for operators only: sign in to the dashboard.`)
  }
  if (identity.kind === 'key') {
    if (identity.read || identity.admin) return 'key'
    return refuse(
      identity,
      `The API key "${identity.name}" may not read "${channel}": give the key read: true.`,
    )
  }
  const user = identity.kind === 'client' ? identity.user : undefined
  if (channel.startsWith('@')) {
    if (user !== undefined && personalChannel(user) === channel) return 'own channel'
    return refuse(
      identity,
      `"${channel}" is a personal channel: only a token whose sub is that user receives it.`,
    )
  }
  if (rule.subscribe === 'anyone') return 'anyone'
  const named = `The rule "${rule.match}" does not let this connection receive "${channel}"`
  if (rule.subscribe === 'user') {
    return user !== undefined ? 'user' : refuse(identity, `${named}: ${needsUser(identity)}.`)
  }
  if (identity.kind === 'client' && identity.subscribe(channel)) return 'grant'
  return refuse(identity, `${named}: ${needsGrant(identity, 'subscribe')}.`)
}

function judgePublishing(
  identity: Identity,
  channel: string,
  subscribed: boolean,
  rule: ChannelRule,
): Judgment {
  if (channel.startsWith('$'))
    return forbid(`"${channel}" belongs to the gateway, and nobody else publishes there.`)
  if (identity.kind === 'operator')
    return identity.role === 'viewer' ? refuseViewer(identity.user) : 'operator'
  if (identity.kind === 'key') {
    if (identity.publish(channel)) return 'key'
    return forbid(
      `The API key "${identity.name}" may not publish to "${channel}": add it to the key's publish list.`,
    )
  }
  const named = `The rule "${rule.match}" does not let this connection publish to "${channel}"`
  switch (rule.publish) {
    case 'nobody':
      return forbid(`${named}: no client may, so publish from your backend with an API key.`)
    case 'subscribers':
      return subscribed ? 'subscribed' : forbid(`${named}: subscribe to it first on the same connection.`)
    case 'user':
      if (identity.kind === 'client' && identity.user !== undefined) return 'user'
      return refuse(identity, `${named}: ${needsUser(identity)}.`)
    case 'granted':
      if (identity.kind === 'client' && identity.publish(channel)) return 'grant'
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
