// Writes each second's figures down for the charts, in batches. Knows no storage.

import type { Stats } from '../../shared/stats.ts'
import type { FigurePoint, FigureStepMs, FigureStore } from '../core/figure-store.ts'

/** Seconds in one write: so much a crash costs, and so rarely the event loop is held for it. */
const BATCH = 10
/** Seconds kept in memory while they cannot be written. */
const MAX_PENDING = 900

type Totals = Pick<Stats, 'replay' | 'disconnects'>

export class FigureRecorder {
  readonly #store: FigureStore
  readonly #onFault: (error: unknown) => void
  #totals: Totals = { replay: { recovered: 0, gaps: 0 }, disconnects: {} }
  #pending: FigurePoint[] = []
  #isFailing = false
  #isStopped = false

  /** `onFault` is told once when writing begins to fail. */
  constructor(store: FigureStore, onFault: (error: unknown) => void) {
    this.#store = store
    this.#onFault = onFault
  }

  take(stats: Stats): void {
    if (this.#isStopped) return
    this.#pending.push(pointOf(stats, this.#totals))
    this.#totals = stats
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
    if (this.#pending.length % BATCH === 0) this.flush()
  }

  /** Those from a time on, oldest first. Throws when the storage cannot be read. */
  read(stepMs: FigureStepMs, from: number): FigurePoint[] {
    this.flush()
    return this.#store.read(stepMs, from)
  }

  /** Writes a last time. */
  stop(): void {
    this.flush()
    this.#isStopped = true
  }

  flush(): void {
    try {
      this.#store.append(this.#pending)
      this.#pending = []
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#onFault(error)
      this.#isFailing = true
    }
  }
}

function pointOf(stats: Stats, before: Totals): FigurePoint {
  const { time, connections, published, delivered, memory, log } = stats
  return {
    time,
    websocket: connections.websocket,
    sse: connections.sse,
    published: published.perSecond,
    delivered: delivered.perSecond,
    publishP99Ms: stats.publishP99Ms,
    lagMs: stats.eventLoopLagMs,
    rssBytes: memory.rssBytes,
    logBytes: log.bytes,
    keptMs: log.oldestTime === null ? null : Math.max(0, time - log.oldestTime),
    recovered: stats.replay.recovered - before.replay.recovered,
    gaps: stats.replay.gaps - before.replay.gaps,
    disconnects: addedTo(before.disconnects, stats.disconnects),
  }
}

function addedTo(before: Stats['disconnects'], now: Stats['disconnects']): Stats['disconnects'] {
  const added: Stats['disconnects'] = {}
  for (const code of Object.keys(now) as (keyof Stats['disconnects'])[]) {
    const count = (now[code] ?? 0) - (before[code] ?? 0)
    if (count > 0) added[code] = count
  }
  return added
}
