// One channel as its subscriber holds it: its events, its messages one by one, its calls. Knows no connection.

import type { Json } from '../../shared/frames.ts'
import type { Calls, HistoryOptions, HistoryPage, Presence, PublishOptions, PublishResult } from './calls.ts'
import type { ClientEvents, Problem } from './events.ts'
import { TwinwireError } from './failure.ts'
import type { Received } from './subscription.ts'

/** Whatever a channel can belong to: a client of its own, or one that shares the connection of all tabs. */
export interface ChannelOwner extends Pick<Calls, 'publish' | 'history' | 'presence'> {
  on<Name extends keyof ClientEvents>(name: Name, listener: (value: ClientEvents[Name]) => void): () => void
}

export type ChannelEvents = Omit<ClientEvents, 'state'>

export class Channel implements AsyncIterable<Received> {
  readonly name: string
  readonly #owner: ChannelOwner
  readonly #leave: () => void
  /** What ends with the subscription: listeners and iterations. */
  readonly #ends = new Set<() => void>()

  constructor(name: string, owner: ChannelOwner, leave: () => void) {
    this.name = name
    this.#owner = owner
    this.#leave = leave
  }

  /** Adds a listener for what concerns this channel; returns its removal. */
  on<Name extends keyof ChannelEvents>(
    name: Name,
    listener: (value: ChannelEvents[Name]) => void,
  ): () => void {
    const remove = this.#owner.on(name, value => {
      if ((value as { channel?: string }).channel === this.name) listener(value)
    })
    return this.#until(remove)
  }

  publish(data: Json, options?: PublishOptions): Promise<PublishResult> {
    return this.#owner.publish(this.name, data, options)
  }

  history(options?: HistoryOptions): Promise<HistoryPage> {
    return this.#owner.history(this.name, options)
  }

  presence(): Promise<Presence> {
    return this.#owner.presence(this.name)
  }

  /** Gives the channel up, with its listeners and iterations. Harmless twice, and in a handler. */
  unsubscribe(): void {
    for (const end of this.#ends) end()
    this.#ends.clear()
    this.#leave()
  }

  /**
   * The messages from the moment the loop begins: begin it in the turn of the subscription to miss none. Ends with
   * `unsubscribe` and `close`; throws a `TwinwireError` when the channel or the client is refused for good. What the
   * loop has not taken yet waits in memory.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, void> {
    const queue: Received[] = []
    let problem: Problem | undefined
    let isOver = false
    let wake = (): void => {}
    const end = (): void => {
      isOver = true
      wake()
    }
    const fail = (reason: Problem): void => {
      problem = reason
      wake()
    }
    const removals = [
      this.#until(end),
      // What is unavailable is asked for again.
      this.on('error', problem => problem.code !== 'unavailable' && fail(problem)),
      this.on('message', message => {
        queue.push(message)
        wake()
      }),
      this.#owner.on('state', state => {
        if (state.name === 'closed') end()
        if (state.name === 'stopped') fail({ code: state.loss.code, message: state.loss.reason })
      }),
    ]
    try {
      for (;;) {
        const message = queue.shift()
        if (message) yield message
        else if (problem) throw new TwinwireError(problem.code, problem.message)
        else if (isOver) return
        else await new Promise<void>(resolve => (wake = resolve))
      }
    } finally {
      for (const remove of removals) remove()
    }
  }

  /** Calls back when the subscription ends, at most once; returns the way to do it before. */
  #until(end: () => void): () => void {
    this.#ends.add(end)
    return () => {
      this.#ends.delete(end)
      end()
    }
  }
}
