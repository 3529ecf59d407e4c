// What a client wants of one channel and how far it has been given it. Pure: knows no connection.
//
// Where to resume: channels asked for in the URL are one stream merged by id, so they share the connection's
// cursor; a channel subscribed later has its own until everything is live (rule C2).

import type { Command, MessageFrame } from '../../shared/frames.ts'
import type { MessageWithText } from './read-frame.ts'

/** A message as handlers get it. `replayed`: it was sent before this client looked, or while it was away. */
export type Received = MessageWithText & { readonly replayed: boolean }

export type Handler = (message: Received) => void

export interface SubscribeOptions {
  /** Start with up to this many messages of the past. */
  readonly history?: number
  /** Start after this cursor, for example one kept from an earlier visit. */
  readonly since?: string
}

export interface Subscription {
  readonly channel: string
  /** Absent for channels the gateway subscribes by itself (rule N2). */
  readonly handler: Handler | undefined
  readonly history: number | undefined
  phase: 'idle' | 'asked' | 'replaying' | 'live'
  /** Resume with the connection's cursor instead of its own. */
  shared: boolean
  /** In a stream that starts at another place: its past is read by HTTP once the stream is live (progress.ts). */
  isElsewhere: boolean
  /** What came live meanwhile, until the past has been given; a new list for each reading of it. */
  held: MessageFrame[]
  /** Ids that the past brought and the stream may bring again. */
  readonly given: Set<string>
  cursor: string | undefined
  /** The command that asked; absent when the URL did. */
  ref: number | undefined
}

export function createSubscription(
  channel: string,
  handler?: Handler,
  options: SubscribeOptions = {},
): Subscription {
  return {
    channel,
    handler,
    history: options.history,
    phase: 'idle',
    shared: false,
    isElsewhere: false,
    held: [],
    given: new Set(),
    cursor: options.since,
    ref: undefined,
  }
}

/** The command that asks for a channel alone, from its own place (rule C2). */
export function askFor(subscription: Subscription, ref: number): Command {
  const { channel, history, cursor: since } = subscription
  Object.assign(subscription, { phase: 'asked', shared: false, ref })
  return {
    type: 'subscribe',
    ref,
    channel,
    ...(since !== undefined ? { since } : {}),
    ...(since === undefined && history !== undefined ? { history } : {}),
  }
}

/** What the URL of a connection asks for, and what is left for commands. */
export interface OpeningPlan {
  readonly merged: readonly Subscription[]
  readonly rest: readonly Subscription[]
  readonly since: string | undefined
  readonly history: number | undefined
}

// The gateway refuses URLs over 16 KiB, and proxies often over 8.
const MAX_CHANNELS_TEXT = 6000

/** Chooses the largest group that starts from one place: the connection's cursor, or else the same wish. */
export function planOpening(subscriptions: Iterable<Subscription>, cursor: string | undefined): OpeningPlan {
  const groups = new Map<string, Subscription[]>()
  for (const subscription of subscriptions) {
    if (subscription.handler === undefined) continue
    const key = startOf(subscription, cursor)
    groups.set(key, [...(groups.get(key) ?? []), subscription])
  }
  const resumed = cursor === undefined ? undefined : (groups.get(`since ${cursor}`) ?? [])
  const group =
    resumed ?? [...groups.values()].reduce((best, each) => (each.length > best.length ? each : best), [])
  const fitting = group.slice(0, countFitting(group))
  const rest = [...groups.values()].flat().filter(subscription => !fitting.includes(subscription))
  // Those that no longer fit into the URL leave the merged stream with the place they share.
  for (const subscription of rest.filter(each => each.shared)) {
    subscription.cursor = cursor
    subscription.shared = false
  }
  return { merged: fitting, rest, since: cursor ?? fitting[0]?.cursor, history: fitting[0]?.history }
}

/** What the URL of an event stream asks for: all channels, and who of them does not stand where it starts. */
export interface StreamPlan {
  readonly channels: readonly Subscription[]
  readonly elsewhere: ReadonlySet<Subscription>
  readonly since: string | undefined
  readonly history: number | undefined
}

/** A stream has one start (rule S1): the connection's cursor, or else what all want, or else now. */
export function planStream(subscriptions: Iterable<Subscription>, cursor: string | undefined): StreamPlan {
  const channels = [...subscriptions].filter(subscription => subscription.handler !== undefined)
  const starts = new Set(channels.map(each => startOf(each, cursor)))
  const only = starts.size === 1 ? channels[0] : undefined
  const since = cursor ?? only?.cursor
  const here = new Set([`since ${since}`, NOW, ...(only ? starts : [])])
  const elsewhere = new Set(channels.filter(each => !here.has(startOf(each, cursor))))
  return { channels, elsewhere, since, history: since === undefined ? only?.history : undefined }
}

const NOW = 'history 0'

function startOf(subscription: Subscription, cursor: string | undefined): string {
  const since = subscription.shared ? cursor : subscription.cursor
  return since === undefined ? `history ${subscription.history ?? 0}` : `since ${since}`
}

function countFitting(group: readonly Subscription[]): number {
  let length = 0
  const over = group.findIndex(({ channel }) => {
    length += encodeURIComponent(channel).length + 3
    return length > MAX_CHANNELS_TEXT
  })
  return over < 0 ? group.length : over
}
