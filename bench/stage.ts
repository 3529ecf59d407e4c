// The stage of one transport: each target's server with its audience, kept while rounds alternate between the targets.
// Knows no workload and no report.

import type { Cores } from './cores.ts'
import { type LoadProcess, startLoad } from './load-process.ts'
import type { RunningServer, Target, Transport } from './target.ts'

/** One round on one target. */
export interface Round {
  readonly published: number
  readonly deliveries: number
  readonly deliveriesPerSecond: number
  /** The server's CPU for one delivery, in µs, publishing and committing included. */
  readonly cpuMicros: number
  readonly systemMicros: number
  /** Part of a core that the load process was busy: near 1, deliveries per second are its limit, not the server's. */
  readonly loadBusy: number
}

export interface StageOptions {
  readonly transport: Transport
  readonly subscribers: number
  readonly cores: Cores
  readonly profileFolder: string | null
}

export class Stage {
  readonly #server: RunningServer
  readonly #load: LoadProcess
  readonly #subscribers: number

  private constructor(server: RunningServer, load: LoadProcess, subscribers: number) {
    this.#server = server
    this.#load = load
    this.#subscribers = subscribers
  }

  /** Starts the server and subscribes everybody. */
  static async open(target: Target, options: StageOptions): Promise<Stage> {
    const { transport, cores, profileFolder, subscribers } = options
    const server = await target.start({ transport, core: cores.server, profileFolder })
    const load = startLoad(cores.load)
    const stage = new Stage(server, load, subscribers)
    try {
      await load.subscribe(server.wire, subscribers)
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** Publishes for a while, and verifies that every subscriber received every message. */
  async run(publishers: number, durationMs: number): Promise<Round> {
    const before = await this.#server.cpuSeconds()
    const { published, seconds, cpuSeconds } = await this.#load.publish(publishers, durationMs)
    const after = await this.#server.cpuSeconds()
    const deliveries = published * this.#subscribers
    const system = after.system - before.system
    const micros = (cpu: number) => (cpu * 1e6) / deliveries
    return {
      published,
      deliveries,
      deliveriesPerSecond: deliveries / seconds,
      cpuMicros: micros(after.user - before.user + system),
      systemMicros: micros(system),
      loadBusy: cpuSeconds / seconds,
    }
  }

  async close(): Promise<void> {
    await this.#load.stop()
    await this.#server.stop()
  }
}
