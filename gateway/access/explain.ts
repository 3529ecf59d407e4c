// Says what decides whether somebody may do something with a channel, and why: the same decision, in the same words, that
// a connection meets. Knows no HTTP and no command line.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Code, Failure } from '../../shared/codes.ts'
import { type ChannelRule, type ChannelRules, withoutPresence } from '../core/channel-rules.ts'
import type { Access, Identity } from '../core/identity.ts'
import { channelNameMessage } from '../core/publication-check.ts'
import { checkUser } from './claims.ts'
import type { Allowance, Judges, Judgment } from './grants.ts'
import { clientGrant } from './patterns.ts'

export const ACTIONS = ['subscribe', 'publish', 'read', 'presence'] as const
export type Action = (typeof ACTIONS)[number]

export interface Question {
  readonly action: Action
  readonly channel: string
  /** Who: one of these, or nobody in particular. */
  readonly token?: string | undefined
  /** A user to whom no channels were granted. */
  readonly user?: string | undefined
  /** The name of an API key. Never the key: what is asked may be written down by whatever it passes. */
  readonly key?: string | undefined
}

export interface Explanation {
  readonly allowed: boolean
  /** Of a refusal: the code that a connection is given. */
  readonly code?: Code
  /** The channel's rule and its place in the configuration, from 0; `null`: none of those fits. */
  readonly rule: { readonly match: string; readonly index: number | null }
  /** The pattern that allows it, where one does. */
  readonly grant?: string
  /** One sentence; of a refusal, the one that a connection is given. */
  readonly reason: string
}

/** `bad_request` for a question that has no answer; a bad token is an answer. Nothing secret is repeated. */
export type Explain = (question: Question) => Promise<Explanation | Failure>

export interface ExplainerParts {
  readonly judges: Judges
  readonly rules: ChannelRules
  readonly authenticate: Access['authenticate']
  readonly keyNamed: (name: string) => Identity | null
  /** Whether those without a token are the application's to name. It is not asked here. */
  readonly isHooked: boolean
}

export function createExplainer({ judges, rules, authenticate, ...parts }: ExplainerParts): Explain {
  return async question => {
    const { action, channel } = question
    if (!isChannelName(channel)) return { code: 'bad_request', message: channelNameMessage(channel) }
    const found = identityOf(question, parts)
    if (found !== null && 'code' in found) return found
    const rule = rules.of(channel)
    const place = { match: rule.match, index: rules.indexOf(rule) }
    const identity = found ?? (await authenticate(question.token!))
    if ('code' in identity) return refusal(identity, place)
    const judgment = judge(action, identity, channel, judges)
    if (typeof judgment !== 'string') return refusal(judgment, place)
    if (action === 'presence' && !rule.presence) return refusal(withoutPresence(rule, channel), place)
    const grant = patternOf(judgment, identity, action, channel)
    const reason = sentence(judgment, { identity, action, channel, rule, grant })
    return { allowed: true, rule: place, ...(grant !== undefined && { grant }), reason }
  }
}

/** Who the question is about; `null`: whoever the token names. */
function identityOf(
  { token, user, key }: Question,
  { keyNamed, isHooked }: Pick<ExplainerParts, 'keyNamed' | 'isHooked'>,
): Identity | Failure | null {
  if ([token, user, key].filter(each => each !== undefined).length > 1)
    return { code: 'bad_request', message: 'Name one of token, user and key, or none for anybody.' }
  if (token !== undefined) return null
  if (user !== undefined) {
    const problem = checkUser(user, 'The user')
    if (problem !== null) return { code: 'bad_request', message: problem }
    return visitor(user, isHooked)
  }
  if (key === undefined) return isHooked ? visitor(undefined, true) : { kind: 'anonymous' }
  // Not repeated: somebody may have put the key itself here.
  const message = 'There is no API key of this name; write its name, not the key itself.'
  return keyNamed(key) ?? { code: 'bad_request', message }
}

/** Somebody who is granted nothing: what would help is another thing where an application grants. */
function visitor(user: string | undefined, isHooked: boolean): Identity {
  const nothing = clientGrant([])
  const authority = isHooked ? { consult: async () => null } : undefined
  return { kind: 'client', user, subscribe: nothing, publish: nothing, authority }
}

/** Over HTTP whoever may subscribe counts as subscribed; on a WebSocket it has to come first. */
function judge(action: Action, identity: Identity, channel: string, judges: Judges): Judgment {
  const receiving = judges.receiving(identity, channel)
  if (action !== 'publish') return receiving
  return judges.publishing(identity, channel, typeof receiving === 'string')
}

function refusal({ code, message }: Failure, rule: Explanation['rule']): Explanation {
  return { allowed: false, code, rule, reason: message }
}

function patternOf(
  allowance: Allowance,
  identity: Identity,
  action: Action,
  channel: string,
): string | undefined {
  if (identity.kind !== 'client' && identity.kind !== 'key') return undefined
  if (action === 'publish')
    return allowance === 'grant' || allowance === 'key' ? identity.publish.patternFor?.(channel) : undefined
  return allowance === 'grant' && identity.kind === 'client'
    ? identity.subscribe.patternFor?.(channel)
    : undefined
}

interface Allowed {
  readonly identity: Identity
  readonly action: Action
  readonly channel: string
  readonly rule: ChannelRule
  readonly grant: string | undefined
}

function sentence(allowance: Allowance, { identity, action, channel, rule, grant }: Allowed): string {
  const deed = action === 'publish' ? 'publish to' : 'receive'
  const lets = `The rule "${rule.match}" lets`
  switch (allowance) {
    case 'everyone':
      return `"${channel}" is among the channels of everyone, which each connection is given.`
    case 'operator':
      return `Operators may ${deed} every channel.`
    case 'key': {
      const name = `The API key "${'name' in identity ? identity.name : ''}"`
      if (action === 'publish') return `${name} may publish to "${channel}": its publish list has "${grant}".`
      return `${name} may receive "${channel}": it has read: true or admin: true.`
    }
    case 'own channel':
      return `"${channel}" is this user's personal channel.`
    case 'anyone':
      return `${lets} anyone ${deed} "${channel}".`
    case 'user':
      return `${lets} everyone who is a user ${deed} "${channel}".`
    case 'subscribed':
      return `${lets} subscribers publish to "${channel}"; over HTTP, whoever may subscribe is one.`
    case 'grant':
      return `${lets} those ${deed} "${channel}" who are granted it, and the pattern "${grant}" does.`
  }
}
