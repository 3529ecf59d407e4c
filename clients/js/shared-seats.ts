// What one tab has been given of the channels that it listens to together with others. Knows no locks and no connection.
//
// Exactly once, whoever leads: every message names the place before it in its channel. A tab that stands there takes it.
// One that stands elsewhere waits until the leader is live there, holds what comes then, reads its own past by HTTP, and
// goes on with what that did not bring (the reasoning is that of progress.ts: cursors cannot be compared).

import type { Calls, Received } from './connect.ts'
import { call, type Listeners, lossOfPast, readPast } from './connect.ts'
import type { At, Happened, Said } from './shared-note.ts'
import type { Handler, SubscribeOptions } from './subscription.ts'

interface Seat {
  readonly handler: Handler
  readonly history: number | undefined
  /** The last message given, or where to begin. */
  cursor: string | undefined
  phase: 'waiting' | 'reading' | 'following'
  /** Ids that the past brought and the leader may bring again; absent where each message must follow on the last. */
  given: Set<string> | undefined
  /** Messages that wait for the past; a new list for each reading of it. */
  held: Received[]
  isNew: boolean
}

export interface SeatsDeps {
  readonly listeners: Listeners
  readonly calls: Calls
  /** Tells the leader where this tab stands in a channel. */
  want(channel: string, since: string | undefined): void
}

const AGAIN_MS = 2000

export class Seats {
  readonly #deps: SeatsDeps
  readonly #seats = new Map<string, Seat>()

  constructor(deps: SeatsDeps) {
    this.#deps = deps
  }

  /** Takes a seat; returns the way to give it up, which tells whether it was still taken. */
  add(channel: string, { history, since }: SubscribeOptions, handler: Handler): () => boolean {
    if (this.#seats.has(channel)) throw new Error(`Already subscribed to ${channel}: unsubscribe first.`)
    const start = { handler, history, cursor: since, given: undefined, held: [] }
    const seat: Seat = { ...start, phase: 'waiting', isNew: true }
    this.#seats.set(channel, seat)
    this.#deps.want(channel, since)
    return () => this.#seats.get(channel) === seat && this.#seats.delete(channel)
  }

  clear(): void {
    this.#seats.clear()
  }

  /** Another tab leads: whoever was not simply following cannot know how far back it begins. */
  begin(): void {
    for (const [channel, seat] of this.#seats) {
      if (seat.phase !== 'following' || seat.given) wait(seat)
      this.#deps.want(channel, seat.cursor)
    }
  }

  at({ channel, cursor, hasPresence }: At): void {
    const seat = this.#seats.get(channel)
    if (!seat) return
    if (seat.isNew && hasPresence) this.#askPresence(channel)
    const isFirst = seat.isNew && seat.cursor === undefined
    seat.isNew = false
    if (seat.phase === 'following' && (seat.given || seat.cursor === cursor)) return
    if (seat.phase === 'reading') return
    if (isFirst && !seat.history) seat.cursor = cursor
    if (seat.cursor === cursor) this.#join(channel, seat)
    else void this.#read(channel, seat, cursor)
  }

  message({ message, after }: Said): void {
    const seat = this.#seats.get(message.channel)
    if (!seat) {
      // One that no tab asked for: a personal channel, or one that everybody is given (rule N2).
      this.#deps.listeners.emit('message', message)
      return
    }
    const { id } = message
    if (id === undefined) {
      if (seat.phase !== 'waiting') this.#give(seat, message)
    } else if (seat.phase === 'reading') seat.held.push(message)
    else if (seat.phase === 'following') this.#follow(seat, message, after)
  }

  event({ name, value }: Happened): void {
    const { channel } = value as { channel?: string }
    const seat = channel === undefined ? undefined : this.#seats.get(channel)
    // What befell the channel before this tab came to it is not its concern.
    if (!seat?.isNew || name === 'error') this.#deps.listeners.emit(name, value as never)
  }

  #join(channel: string, seat: Seat): void {
    seat.phase = 'following'
    this.#deps.listeners.emit('live', { channel })
  }

  #follow(seat: Seat, message: Received, after: string | undefined): void {
    const { channel, id } = message
    if (seat.given?.has(id ?? '')) return
    if (!seat.given && after !== seat.cursor) {
      wait(seat)
      this.#deps.want(channel, seat.cursor)
      return
    }
    // Ids only grow: beyond one that is new, none of the old ones follows.
    seat.given = undefined
    seat.cursor = id
    this.#give(seat, message)
  }

  async #read(channel: string, seat: Seat, cursor: string | undefined): Promise<void> {
    const { listeners, calls } = this.#deps
    const held: Received[] = []
    const given = new Set<string>()
    Object.assign(seat, { phase: 'reading', held, given })
    const isCurrent = (): boolean => this.#seats.get(channel) === seat && seat.held === held
    const wish = { since: seat.cursor, history: seat.history }
    try {
      await readPast(wish, {
        history: options => calls.history(channel, options),
        isCurrent,
        onGap: gap => listeners.emit('gap', gap),
        onMessage: message => {
          if (message.id === undefined) return
          given.add(message.id)
          seat.cursor = message.id
          this.#give(seat, { ...message, replayed: true })
        },
      })
    } catch (error) {
      if (isCurrent() && !this.#miss(channel, seat, error)) return
    }
    if (!isCurrent()) return
    seat.cursor ??= cursor
    this.#join(channel, seat)
    for (const message of held)
      if (this.#seats.get(channel) === seat) this.#follow(seat, message, seat.cursor)
  }

  /** Whether the past is lost for good. */
  #miss(channel: string, seat: Seat, error: unknown): boolean {
    const { code, reason, reconnect } = lossOfPast(error)
    if (reconnect) {
      wait(seat)
      setTimeout(() => {
        if (seat.phase === 'waiting' && this.#seats.get(channel) === seat)
          this.#deps.want(channel, seat.cursor)
      }, AGAIN_MS)
      return false
    }
    const { listeners } = this.#deps
    listeners.emit('error', { code, message: reason, channel })
    const requested = seat.cursor ?? null
    listeners.emit('gap', { type: 'gap', channel, requested, oldest: null, reason: 'no_history' })
    return true
  }

  #askPresence(channel: string): void {
    const { listeners, calls } = this.#deps
    calls.presence(channel).then(
      presence =>
        listeners.emit('presence', {
          type: 'presence',
          channel,
          ...presence,
          members: [...presence.members],
        }),
      () => {
        // The next connection brings a snapshot.
      },
    )
  }

  #give(seat: Seat, message: Received): void {
    call(seat.handler, message)
    this.#deps.listeners.emit('message', message)
  }
}

function wait(seat: Seat): void {
  seat.phase = 'waiting'
  seat.held = []
  seat.given = undefined
}
