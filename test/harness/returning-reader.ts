// A reader that always comes back: reconnects from its last id whenever its connection ends. Knows no transport.

import { DEADLINE_MS, poll } from './deadline.ts'
import { type Frame, messagesOf } from './frame.ts'
import type { Scope } from './scope.ts'
import type { ConnectOptions, Subscriber } from './subscriber.ts'
import type { Transport } from './transports.ts'

export interface ReturningReader {
  /** The messages of all its connections, in the order received. */
  readonly messages: readonly Frame[]
  /** The gaps of all its connections. */
  readonly gaps: readonly Frame[]
  /** How often it was welcomed. */
  readonly connections: number
  /** The connection it has now. */
  readonly current: Subscriber
  /** Waits until it has at least so many messages. */
  has(count: number, ms?: number): Promise<void>
}

const RETRY_MS = 50

/** Connects, and connects again after every end until the scope ends. */
export async function startReader(
  scope: Scope,
  transport: Transport,
  url: string,
  options: ConnectOptions,
): Promise<ReturningReader> {
  const connections = [await transport.open(scope, url, options)]
  const current = () => connections.at(-1)!
  const frames = () => connections.flatMap(connection => connection.frames)
  let stopped = false
  scope.onTestFinished(() => {
    stopped = true
  })
  const run = async () => {
    while (!stopped) {
      await current().over
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
      // No gateway there yet: come back, as a browser would.
      const next = stopped
        ? null
        : await current()
            .resume()
            .catch(() => null)
      if (next) connections.push(next)
    }
  }
  void run()
  return {
    get messages() {
      return messagesOf(frames())
    },
    get gaps() {
      return frames().filter(frame => frame.type === 'gap')
    },
    get connections() {
      return frames().filter(frame => frame.type === 'welcome').length
    },
    get current() {
      return current()
    },
    has: async (count, ms = DEADLINE_MS) => {
      const enough = async () => (messagesOf(frames()).length >= count ? true : null)
      await poll(enough, `${count} messages at a returning reader`, ms)
    },
  }
}
