// What a client can ask the gateway besides receiving. The same calls whatever carries them; types, and how they are made.

import type { Command, Gap, Json, Member, MessageFrame } from '../../shared/frames.ts'

export interface PublishOptions {
  /** What kind of message it is, for the receivers. */
  readonly event?: string
  /** An idempotency key: publishing again with it within ten minutes changes nothing (rule H2). */
  readonly key?: string
}

export interface PublishResult {
  /** Absent on channels without history. */
  readonly id?: string
  /** The key was used before; this is the first message's id. */
  readonly duplicate?: true
}

export interface HistoryOptions {
  /** Messages after this cursor. */
  readonly since?: string
  /** Messages before this cursor. Without either: the newest. */
  readonly before?: string
  /** How many at most: 1–1000, by default 50. */
  readonly limit?: number
}

/** Oldest first. */
export interface HistoryPage {
  readonly messages: readonly MessageFrame[]
  /** The oldest message that is kept. */
  readonly oldest: string | null
  /** Whether more follow in the direction read. */
  readonly more: boolean
  /** Of what `since` asked for, something is no longer kept. */
  readonly gap?: Gap
}

export interface Presence {
  readonly members: readonly Member[]
  /** Connections without a user. */
  readonly anonymous: number
  /** How many members there are, when not all are listed. */
  readonly total?: number
}

/** A call as the command that a WebSocket carries (rule W3). */
export type Call = Extract<Command, { type: 'publish' | 'history' | 'presence' }>

/** Carries a call out; rejects with a `TwinwireError`. */
export type RunCall = (call: Call) => Promise<unknown>

export class Calls {
  readonly #run: RunCall

  constructor(run: RunCall) {
    this.#run = run
  }

  /** Resolves when the message is committed (rule H1). */
  async publish(channel: string, data: Json, options: PublishOptions = {}): Promise<PublishResult> {
    return (await this.#run({ type: 'publish', channel, data, ...options })) as PublishResult
  }

  async history(channel: string, options: HistoryOptions = {}): Promise<HistoryPage> {
    return (await this.#run({ type: 'history', channel, ...options })) as HistoryPage
  }

  /** Who is there now; `not_found` where the channel has no presence. */
  async presence(channel: string): Promise<Presence> {
    return (await this.#run({ type: 'presence', channel })) as Presence
  }
}
