// Which channels a new connection gets: those it asked for and may have, and those it has without asking (rule N2).
// Knows no transport.

import { isChannelName, personalChannel } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import { type Counters, tally } from './counters.ts'
import type { Access, Identity } from './identity.ts'
import { channelNameMessage } from './publication-check.ts'

export interface Refusal {
  readonly channel: string
  readonly failure: Failure
}

export interface Admission {
  readonly channels: readonly string[]
  readonly refused: readonly Refusal[]
}

export interface AdmissionRules {
  readonly access: Pick<Access, 'maySubscribe'>
  readonly everyone: readonly string[]
  readonly limits: { readonly channelsPerConnection: number }
  readonly counters: Pick<Counters, 'limited'>
}

/** Decides on every channel asked for, each with its reason. */
export function admit(asked: readonly string[], identity: Identity, rules: AdmissionRules): Admission {
  const given = new Set(rules.everyone)
  if (identity.kind === 'client' && identity.user !== undefined) given.add(personalChannel(identity.user))
  const refused: Refusal[] = []
  const channels = new Set<string>()
  let held = given.size
  for (const channel of asked) {
    const failure = given.has(channel) ? null : refusalOf(channel, held, identity, rules)
    if (failure) refused.push({ channel, failure })
    else channels.add(channel)
    if (!failure && !given.has(channel)) held += 1
  }
  return { channels: [...new Set([...channels, ...given])], refused }
}

function refusalOf(channel: string, held: number, identity: Identity, rules: AdmissionRules): Failure | null {
  if (!isChannelName(channel)) return { code: 'bad_request', message: channelNameMessage(channel) }
  const { channelsPerConnection } = rules.limits
  if (held >= channelsPerConnection) {
    tally(rules.counters.limited, 'channelsPerConnection')
    const message = `A connection may have ${channelsPerConnection} channels: ask for fewer, or open another connection.`
    return { code: 'forbidden', message }
  }
  return rules.access.maySubscribe(identity, channel)
}
