// The gateway's figures of the moment (`/api/stats`, `$stats`), from its counters. Knows no HTTP and no channel.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Stats } from '../../shared/stats.ts'
import type { Clock } from '../core/clock.ts'
import type { Connections } from '../core/connections.ts'
import type { Counters } from '../core/counters.ts'
import type { History } from '../core/history.ts'
import type { Hub } from '../core/hub.ts'
import { RecentQuantile } from './recent-quantile.ts'

const SECOND_MS = 1000
/** Delay below this is the timer's own resolution, not work that held the loop. */
const LAG_RESOLUTION_MS = 10

export interface FiguresOptions {
  readonly version: string
  readonly clock: Clock
  readonly counters: Counters
  readonly connections: Pick<Connections, 'counts'>
  readonly hub: Pick<Hub, 'subscriptions' | 'activeChannels'>
  readonly history: Pick<History, 'figures'>
  readonly maxLogBytes: number
  readonly state: () => Stats['state']
  /** What is wrong with the storage. */
  readonly fault: () => Stats['fault'] | null
  /** What went wrong last. */
  readonly problem: () => Stats['problem'] | null
}

export class Figures {
  readonly #options: FiguresOptions
  readonly #startedAt: number
  readonly #delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  readonly #timer: NodeJS.Timeout
  #previous = { published: 0, delivered: 0 }
  #perSecond = { published: 0, delivered: 0 }
  readonly #publishP99: RecentQuantile
  #publishP99Ms: number | null = null
  #lagMs = 0

  /** Counts from now on; `onSecond` is given the figures of each second. */
  constructor(options: FiguresOptions, onSecond: () => void) {
    this.#options = options
    this.#startedAt = performance.now()
    this.#publishP99 = new RecentQuantile(options.counters.publishSeconds, 0.99)
    this.#delay.enable()
    this.#timer = setInterval(() => {
      this.#endSecond()
      onSecond()
    }, SECOND_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#delay.disable()
  }

  async stats(): Promise<Stats> {
    const { version, clock, counters, connections, hub, history, maxLogBytes, state } = this.#options
    const { epoch, head, messages, bytes, oldestTime } = await history.figures()
    const fault = this.#options.fault()
    const problem = this.#options.problem()
    const { rss, heapUsed } = process.memoryUsage()
    return {
      time: clock(),
      version,
      state: state(),
      ...(fault && { fault }),
      ...(problem && { problem }),
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      connections: { ...connections.counts },
      subscriptions: hub.subscriptions,
      activeChannels: hub.activeChannels,
      published: { total: counters.published, perSecond: this.#perSecond.published },
      delivered: { total: counters.delivered, perSecond: this.#perSecond.delivered },
      publishP99Ms: this.#publishP99Ms,
      replay: { recovered: counters.recovered, gaps: sumOf(counters.gaps) },
      disconnects: { ...counters.disconnects },
      log: { epoch, head, messages, bytes, maxBytes: maxLogBytes, oldestTime: oldestTime ?? null },
      memory: { rssBytes: rss, heapUsedBytes: heapUsed },
      eventLoopLagMs: this.#lagMs,
    }
  }

  #endSecond(): void {
    const { published, delivered } = this.#options.counters
    this.#perSecond = {
      published: published - this.#previous.published,
      delivered: delivered - this.#previous.delivered,
    }
    this.#previous = { published, delivered }
    const p99 = this.#publishP99.next()
    this.#publishP99Ms = p99 === null ? null : Math.round(p99 * 1e5) / 100
    this.#lagMs = Math.max(0, Math.round(this.#delay.max / 1e6 - LAG_RESOLUTION_MS))
    this.#delay.reset()
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
