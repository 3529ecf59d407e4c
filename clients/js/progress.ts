// Follows what a connection has been given, frame by frame: which channel is where, and what to ask for next time.
// Knows no transport: frames go in, cursors come out.

import type { Gap, Live, MessageFrame, Subscribed } from '../../shared/frames.ts'
import type { OpeningPlan, Received, Subscription } from './subscription.ts'
import { createSubscription, planOpening } from './subscription.ts'

export class Progress {
  readonly #subscriptions = new Map<string, Subscription>()
  /** The last id received of everything that is merged: the right place to resume it (rule C2). */
  #cursor: string | undefined

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
      subscription.ref = undefined
    }
  }

  plan(): OpeningPlan {
    return planOpening(this.#subscriptions.values(), this.#cursor)
  }

  /** The URL of a connection has asked for these: from here on they share its cursor. */
  merged(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) {
      subscription.phase = 'asked'
      subscription.shared = true
      subscription.ref = undefined
    }
  }

  /** False for the answer to a subscription that has been given up since. */
  subscribed(frame: Subscribed): boolean {
    let subscription = this.#subscriptions.get(frame.channel)
    if (!subscription && frame.ref === undefined) {
      subscription = { ...createSubscription(frame.channel), phase: 'asked', shared: true }
      this.add(subscription)
    }
    if (subscription?.phase !== 'asked' || subscription.ref !== frame.ref) return false
    subscription.phase = 'replaying'
    if (!subscription.shared) subscription.cursor = frame.cursor
    // With history each channel starts at its own place: then nothing given yet means asking again.
    else if (subscription.handler && !subscription.history) this.#cursor ??= frame.cursor
    return true
  }

  /** The message as handlers get it, or null: it belongs to a subscription that has been given up. */
  message(frame: MessageFrame): Received | null {
    const subscription = this.#subscriptions.get(frame.channel)
    if (!subscription || subscription.phase === 'idle' || subscription.phase === 'asked') return null
    if (frame.id !== undefined && subscription.shared) this.#cursor = frame.id
    else if (frame.id !== undefined) subscription.cursor = frame.id
    return { ...frame, replayed: subscription.phase === 'replaying' && frame.id !== undefined }
  }

  gap(frame: Gap): void {
    const subscription = this.#subscriptions.get(frame.channel)
    if (subscription) subscription.phase = 'replaying'
  }

  live(frame: Live): void {
    for (const channel of frame.channels) {
      const subscription = this.#subscriptions.get(channel)
      if (subscription && subscription.phase !== 'asked') subscription.phase = 'live'
    }
    const all = [...this.#subscriptions.values()]
    // A merged channel that is still behind keeps the shared cursor back; others must not fall back to it.
    if (all.some(each => each.shared && each.phase === 'replaying')) return
    this.moved(frame.cursor)
    for (const subscription of all) if (subscription.phase === 'live') subscription.shared = true
  }

  /** The connection's cursor moved without a message (rule S4). */
  moved(cursor: string): void {
    this.#cursor = cursor
  }
}
