// Follows what a connection has been given, frame by frame: which channel is where, and what to ask for next time.
// Knows no transport: frames go in, cursors come out.
//
// An event stream has one start, and a channel may stand elsewhere: it joined late, wants history, or begins at a
// cursor of its own. Cursors cannot be compared (rule C1), so nobody can say which of two places comes first. What can
// be said: once the stream is live, everything after the channel's own cursor, read by HTTP, reaches at least to where
// the stream is; from there on the stream brings it. So the replay of such a channel is passed over, its past is read
// when it is live, what comes meanwhile is held, and ids that both bring count once. Nothing is lost or given twice.

import type { Gap, Live, MessageFrame, Subscribed } from '../../shared/frames.ts'
import type { Received, Subscription } from './subscription.ts'
import { createSubscription, planOpening, planStream } from './subscription.ts'

export interface OpeningWish {
  readonly channels: readonly string[]
  readonly since: string | undefined
  readonly history: number | undefined
}

export class Progress {
  readonly #subscriptions = new Map<string, Subscription>()
  /** The last id received of everything that is merged: the right place to resume it (rule C2). */
  #cursor: string | undefined
  /** The URL named no place of the past, so all its channels start at one: the head. */
  #startsAtHead = false

  get(channel: string): Subscription | undefined {
    return this.#subscriptions.get(channel)
  }

  add(subscription: Subscription): void {
    this.#subscriptions.set(subscription.channel, subscription)
  }

  delete(channel: string): void {
    this.#subscriptions.delete(channel)
  }

  /** Where each channel that was asked for can be resumed, as far as known; for later visits. */
  positions(): Record<string, string> {
    const wanted = [...this.#subscriptions.values()].filter(subscription => subscription.handler)
    const entries = wanted.map(each => [each.channel, this.#positionOf(each)] as const)
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
  }

  /** What the past brought may lie ahead of the stream; who resumes elsewhere has to start behind it. */
  #positionOf({ shared, given, cursor }: Subscription): string | undefined {
    return shared && given.size === 0 ? this.#cursor : cursor
  }

  /** Those that nobody has asked for on this connection. */
  idle(): Subscription[] {
    return [...this.#subscriptions.values()].filter(subscription => subscription.phase === 'idle')
  }

  byRef(ref: unknown): Subscription | undefined {
    if (ref === undefined) return undefined
    return [...this.#subscriptions.values()].find(subscription => subscription.ref === ref)
  }

  /** The connection is gone: channels the gateway gave by itself are forgotten, the others wait to be asked for again. */
  reset(): void {
    for (const subscription of this.#subscriptions.values()) {
      if (!subscription.handler) this.#subscriptions.delete(subscription.channel)
      subscription.phase = 'idle'
      subscription.isElsewhere = false
      subscription.held = []
      subscription.ref = undefined
    }
  }

  /** What the URL of a WebSocket asks for: one group; the others wait for commands of their own. */
  openSocket(): OpeningWish {
    const { merged, since, history } = planOpening(this.#subscriptions.values(), this.#cursor)
    return this.#open(merged, since, history)
  }

  /** What the URL of an event stream asks for: everything. */
  openStream(): OpeningWish {
    const plan = planStream(this.#subscriptions.values(), this.#cursor)
    return this.#open(plan.channels, plan.since, plan.history, plan.elsewhere)
  }

  /** They share the cursor of the connection, but for those that stand elsewhere. */
  #open(
    subscriptions: readonly Subscription[],
    since: string | undefined,
    history: number | undefined,
    elsewhere: ReadonlySet<Subscription> = new Set(),
  ): OpeningWish {
    // Not the `subscribed` cursors: a channel with a gap starts later than the others still have to.
    if (since !== undefined) this.#cursor = since
    this.#startsAtHead = since === undefined && history === undefined
    for (const subscription of subscriptions) {
      subscription.phase = 'asked'
      subscription.isElsewhere = elsewhere.has(subscription)
      subscription.shared = !subscription.isElsewhere
      subscription.ref = undefined
    }
    return { channels: subscriptions.map(each => each.channel), since, history }
  }

  /** Whether the frame holds: it does not for a subscription given up since, or one that stands elsewhere. */
  subscribed(frame: Subscribed): boolean {
    let subscription = this.#subscriptions.get(frame.channel)
    if (!subscription && frame.ref === undefined) {
      subscription = { ...createSubscription(frame.channel), phase: 'asked', shared: true }
      this.add(subscription)
    }
    if (subscription?.phase !== 'asked' || subscription.ref !== frame.ref) return false
    subscription.phase = 'replaying'
    if (subscription.isElsewhere) return false
    if (!subscription.shared) subscription.cursor = frame.cursor
    // With history each channel starts at its own place: then nothing given yet means asking again.
    else if (this.#startsAtHead) this.#cursor ??= frame.cursor
    return true
  }

  /** The message as handlers get it, or null: its subscription has been given up, has had it, or must wait for its past. */
  message(frame: MessageFrame): Received | null {
    const subscription = this.#subscriptions.get(frame.channel)
    if (!subscription || subscription.phase === 'idle' || subscription.phase === 'asked') return null
    if (frame.id === undefined) return { ...frame, replayed: false }
    const { isElsewhere, shared, phase, given } = subscription
    if (shared || isElsewhere) this.moved(frame.id)
    else subscription.cursor = frame.id
    if (isElsewhere) {
      if (phase === 'live') subscription.held.push(frame)
      return null
    }
    if (given.has(frame.id)) return null
    // Ids only grow: beyond one that is new, none of the old ones follows.
    given.clear()
    return { ...frame, replayed: phase === 'replaying' }
  }

  /** Whether the channel missed something: where it stands elsewhere, its past is still to be read. */
  gap({ channel, reason }: Gap): boolean {
    const subscription = this.#subscriptions.get(channel)
    if (!subscription) return false
    subscription.phase = 'replaying'
    // A reading of the past that is under way is not the last one: it begins again with the next `live`.
    subscription.held = []
    if (!subscription.isElsewhere) return true
    // Nothing of a channel without history can be read later.
    if (reason === 'no_history') share(subscription)
    return reason === 'no_history'
  }

  /** Returns those whose past is to be read now. */
  live(frame: Live): Subscription[] {
    for (const channel of frame.channels) {
      const subscription = this.#subscriptions.get(channel)
      if (subscription && subscription.phase !== 'asked') subscription.phase = 'live'
    }
    const all = [...this.#subscriptions.values()]
    const live = all.filter(each => each.phase === 'live')
    const elsewhere = live.filter(each => each.isElsewhere && frame.channels.includes(each.channel))
    for (const each of elsewhere) each.held = []
    // A merged channel that is still behind keeps the shared cursor back; others must not fall back to it.
    if (all.some(each => each.shared && each.phase === 'replaying')) return elsewhere
    this.moved(frame.cursor)
    for (const each of live) if (!each.isElsewhere) share(each)
    return elsewhere
  }

  /** A message of the past, read by HTTP. */
  past(subscription: Subscription, frame: MessageFrame): Received {
    if (frame.id !== undefined) {
      subscription.cursor = frame.id
      subscription.given.add(frame.id)
    }
    return { ...frame, replayed: true }
  }

  /** The past has been given: returns what came live meanwhile and was not part of it. The stream itself is further on. */
  settle(subscription: Subscription): Received[] {
    const { held, given } = subscription
    const rest = held.filter(({ id }) => id !== undefined && !given.has(id))
    if (rest.length > 0) given.clear()
    share(subscription)
    return rest.map(frame => ({ ...frame, replayed: false }))
  }

  /** The stream has reached this place, with a message or without one (rule S4). */
  moved(cursor: string): void {
    this.#cursor = cursor
  }
}

function share(subscription: Subscription): void {
  subscription.shared = true
  subscription.isElsewhere = false
  subscription.held = []
}
