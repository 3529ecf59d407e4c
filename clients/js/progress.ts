// Follows what a connection has been given, frame by frame: which channel is where, and what to ask for next time.
// Knows no transport: frames go in, cursors come out.
//
// An SSE stream has one cursor, but after a WebSocket a channel can stand elsewhere: it joined late and was not live
// yet. Cursors cannot be compared (rule C1), so the stream starts at the shared one and the channel skips what it is
// sent until its own cursor passes on the stream. Ids increase over all channels of it (rule C2), so everything before
// that was given, and everything after was not. If the cursor has not passed when the channel is live, it lay before
// the start or its message is gone: a gap is told then. It may be too wide; nothing is given twice or lost in silence.

import type { Gap, Live, MessageFrame, Subscribed } from '../../shared/frames.ts'
import type { OpeningPlan, Received, Subscription } from './subscription.ts'
import { createSubscription, planOpening } from './subscription.ts'

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

  /** Where the stream of this connection stands, for later visits. */
  get cursor(): string | undefined {
    return this.#cursor
  }

  /** How many channels the caller asked for. */
  get wanted(): number {
    return [...this.#subscriptions.values()].filter(subscription => subscription.handler).length
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
      subscription.skipping = false
      subscription.ref = undefined
    }
  }

  plan(): OpeningPlan {
    return planOpening(this.#subscriptions.values(), this.#cursor)
  }

  /** The URL of a connection has asked for these: they share its cursor, from here on or once theirs has passed. */
  merged(
    subscriptions: readonly Subscription[],
    since: string | undefined,
    history: number | undefined,
  ): void {
    // Not the `subscribed` cursors: a channel with a gap starts later than the others still have to.
    if (since !== undefined) this.#cursor = since
    this.#startsAtHead = since === undefined && history === undefined
    for (const subscription of subscriptions) {
      const { shared, cursor } = subscription
      subscription.phase = 'asked'
      subscription.skipping = !shared && cursor !== undefined && cursor !== since
      subscription.shared = !subscription.skipping
      subscription.ref = undefined
    }
  }

  /** Whether the frame's `recovered` holds: it does not for a subscription given up since, or one that stands elsewhere. */
  subscribed(frame: Subscribed): boolean {
    let subscription = this.#subscriptions.get(frame.channel)
    if (!subscription && frame.ref === undefined) {
      subscription = { ...createSubscription(frame.channel), phase: 'asked', shared: true }
      this.add(subscription)
    }
    if (subscription?.phase !== 'asked' || subscription.ref !== frame.ref) return false
    subscription.phase = 'replaying'
    if (subscription.skipping) return false
    if (!subscription.shared) subscription.cursor = frame.cursor
    // With history each channel starts at its own place: then nothing given yet means asking again.
    else if (this.#startsAtHead) this.#cursor ??= frame.cursor
    return true
  }

  /** The message as handlers get it, or null: its subscription has been given up, or has had it already. */
  message(frame: MessageFrame): Received | null {
    const subscription = this.#subscriptions.get(frame.channel)
    if (!subscription || subscription.phase === 'idle' || subscription.phase === 'asked') return null
    if (frame.id === undefined) return { ...frame, replayed: false }
    const { skipping, shared, phase } = subscription
    if (shared || skipping) this.moved(frame.id)
    else subscription.cursor = frame.id
    return skipping ? null : { ...frame, replayed: phase === 'replaying' }
  }

  gap({ channel, reason }: Gap): void {
    const subscription = this.#subscriptions.get(channel)
    if (!subscription) return
    subscription.phase = 'replaying'
    // In a new epoch, or without ids, the own cursor cannot pass any more, and nothing was given before.
    if (subscription.skipping && (reason === 'reset' || reason === 'no_history')) share(subscription)
  }

  /** Returns the gaps that show only now. */
  live(frame: Live): Gap[] {
    for (const channel of frame.channels) {
      const subscription = this.#subscriptions.get(channel)
      if (subscription && subscription.phase !== 'asked') subscription.phase = 'live'
    }
    const all = [...this.#subscriptions.values()]
    // A merged channel that is still behind keeps the shared cursor back; others must not fall back to it.
    if (all.some(each => each.shared && each.phase === 'replaying')) return []
    this.moved(frame.cursor)
    const live = all.filter(each => each.phase === 'live')
    const gaps = live.filter(each => each.skipping).map(gapBefore)
    live.forEach(share)
    return gaps
  }

  /** The stream has reached this place, with a message or without one (rule S4). */
  moved(cursor: string): void {
    this.#cursor = cursor
    for (const each of this.#subscriptions.values()) if (each.skipping && each.cursor === cursor) share(each)
  }
}

function share(subscription: Subscription): void {
  subscription.shared = true
  subscription.skipping = false
}

function gapBefore({ channel, cursor }: Subscription): Gap {
  return { type: 'gap', channel, requested: cursor ?? null, oldest: null, reason: 'no_history' }
}
