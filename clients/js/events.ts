// Typed events and who listens to them. Knows no connection.

import type { Deleted, Gap, Join, Leave, PresenceFrame, Subscribed } from '../../shared/frames.ts'
import type { State } from './connection-state.ts'
import type { ProblemCode } from './failure.ts'
import type { Received } from './subscription.ts'

/** Something refused or failed; the client itself goes on unless `state` says `stopped`. */
export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly channel?: string | undefined
}

export interface ClientEvents {
  state: State
  message: Received
  /** The channel is up to date: what comes from here on is new. */
  live: { readonly channel: string }
  /** A channel has been joined, on each connection anew: what comes from here on is handed over. */
  subscribed: Subscribed
  /** Messages of this channel were lost to it: reload what they told. */
  gap: Gap
  /** After a reconnect, nothing of this channel was missed. */
  recovered: Subscribed
  deleted: Deleted
  join: Join
  leave: Leave
  /** Who is there now: replaces what was known (rule P2). */
  presence: PresenceFrame
  error: Problem
}

type Listener<T> = (value: T) => void

export class Listeners {
  readonly #byName = new Map<keyof ClientEvents, Set<Listener<never>>>()

  /** Adds a listener; returns its removal. */
  add<Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>): () => void {
    const set = this.#byName.get(name) ?? new Set()
    this.#byName.set(name, set.add(listener))
    return () => set.delete(listener)
  }

  emit<Name extends keyof ClientEvents>(name: Name, value: ClientEvents[Name]): void {
    for (const listener of this.#byName.get(name) ?? []) call(listener as Listener<ClientEvents[Name]>, value)
  }
}

/** Calls a caller's function: what it throws is reported as uncaught, and never breaks the stream of frames. */
export function call<T>(listener: Listener<T>, value: T): void {
  try {
    listener(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
