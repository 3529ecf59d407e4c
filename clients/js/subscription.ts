// What a client wants of one channel and how far it has been given it. Pure: knows no connection.
//
// Where to resume: channels asked for in the URL are one stream merged by id, so they share the connection's
// cursor; a channel subscribed later has its own until everything is live (rule C2).

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
  /** In a stream that starts at another place: what comes before its own cursor has been given already. */
  skipping: boolean
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
    skipping: false,
    cursor: options.since,
    ref: undefined,
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
