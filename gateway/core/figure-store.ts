// Where the gateway's figures are kept for its charts, so that they outlive a restart. Types only.

import type { Stats } from '../../shared/stats.ts'

/** The figures of one second, or of one minute. */
export interface FigurePoint {
  /** When it ended or, for a minute, began: milliseconds since 1970. */
  readonly time: number
  readonly websocket: number
  readonly sse: number
  /** Messages a second. */
  readonly published: number
  readonly delivered: number
  /** 99 of 100 publishes were committed within; `null` without publishes. Of a minute: its worst second. */
  readonly publishP99Ms: number | null
  /** The longest the event loop was held. */
  readonly lagMs: number
  readonly rssBytes: number
  readonly logBytes: number
  /** The age of the oldest message in the log; `null` when it is empty. */
  readonly keptMs: number | null
  /** How many, in this second or minute. */
  readonly recovered: number
  readonly gaps: number
  readonly disconnects: Stats['disconnects']
}

export type FigureStepMs = 1000 | 60_000

/** Every method throws when the storage fails. */
export interface FigureStore {
  /** Keeps the figures of seconds, and of the minutes they belong to. */
  append(points: readonly FigurePoint[]): void
  /** Those from a time on, oldest first: seconds of the last quarter of an hour, minutes of the last day. */
  read(stepMs: FigureStepMs, from: number): FigurePoint[]
}
