// One way to load a server: who listens, who publishes, and the cost that we aim for. Types only.

import type { Transport } from './target.ts'

export interface Workload {
  readonly name: string
  readonly transport: Transport
  /** Connections that all receive the one channel. */
  readonly subscribers: number
  /** Keep-alive HTTP connections, each with one publish under way at a time. */
  readonly publishers: number
  /** The most CPU that one delivery may cost, in µs; null: no aim, the figure is for comparison. */
  readonly targetMicros: number | null
}
