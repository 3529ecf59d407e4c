// A server with its audience, to which is published as fast as the answers come. Knows no workload and no report.

import type { Published } from '../load/load-orders.ts'
import { type LoadProcess, startLoad } from '../load/load-process.ts'
import type { CpuSeconds, RunningServer, Server } from '../servers/server.ts'
import type { Transport } from '../wires/wire.ts'
import type { Bench, Contender, Measure, Sample, Stage } from '../workload.ts'

export interface FanOut {
  readonly server: Server
  readonly transport: Transport
  readonly channels: readonly string[]
  /** `everybody`: so many on the first channel. `one-each`: one on each channel. `nobody`: publishing alone. */
  readonly audience:
    | { readonly kind: 'everybody'; readonly count: number }
    | { readonly kind: 'one-each' | 'nobody' }
  readonly publishers: number
  /** Messages in one request. */
  readonly batch?: number
  /** Messages that each publisher has under way on a WebSocket; without it, publishers use HTTP. */
  readonly inFlight?: number
  /** Publishes to every channel once before anything is measured, so that the server knows them all. */
  readonly touchesAll?: boolean
}

/** What a round of publishing tells; a workload picks those that answer its question. */
export const PUBLISHING = {
  cpuMicros: { key: 'cpuMicros', title: 'server CPU, µs a delivery', digits: 2 },
  systemMicros: { key: 'systemMicros', title: 'of it in the kernel', digits: 2 },
  deliveriesPerSecond: { key: 'deliveriesPerSecond', title: 'deliveries/s', digits: 0 },
  deliveriesPerCpuSecond: { key: 'deliveriesPerCpuSecond', title: 'deliveries a CPU second', digits: 0 },
  publishMicros: { key: 'publishMicros', title: 'server CPU, µs a publish', digits: 1 },
  publishesPerSecond: { key: 'publishesPerSecond', title: 'publishes/s', digits: 0 },
  publishesPerCpuSecond: { key: 'publishesPerCpuSecond', title: 'publishes a CPU second', digits: 0 },
  serverBusy: { key: 'serverBusy', title: 'server busy, % of its core', digits: 0 },
  loadBusy: { key: 'loadBusy', title: 'load busy, % of its core', digits: 0 },
  residentMegabytes: { key: 'residentMegabytes', title: 'resident, MB', digits: 0 },
} satisfies Record<string, Measure>

/** A contender that publishes to its audience. */
export function fanOut(name: string, options: FanOut): Contender {
  return {
    name,
    missing: () => options.server.missing(),
    open: bench => FanOutStage.open(options, bench),
  }
}

/** The compiler has to have seen everything: as many deliveries, however slow the machine is at the moment. */
const WARM_UP_DELIVERIES = 20_000

class FanOutStage implements Stage {
  readonly #server: RunningServer
  readonly #load: LoadProcess
  readonly #options: FanOut
  readonly #roundMs: number
  readonly #warmUpDeliveries: number

  private constructor(
    server: RunningServer,
    load: LoadProcess,
    { options, bench }: { options: FanOut; bench: Bench },
  ) {
    this.#server = server
    this.#load = load
    this.#options = options
    this.#roundMs = bench.roundMs
    this.#warmUpDeliveries = bench.scaled(WARM_UP_DELIVERIES)
  }

  /** Starts the server and subscribes everybody. */
  static async open(options: FanOut, bench: Bench): Promise<Stage> {
    const { cores, profileFolder } = bench
    const { transport } = options
    const server = await options.server.start({ transport, core: cores.server, profileFolder })
    const stage = new FanOutStage(server, startLoad(cores.load), { options, bench })
    try {
      await stage.#subscribe()
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  async warmUp(): Promise<void> {
    if (this.#options.touchesAll) await this.#touchAll()
    await this.#publish(this.#roundMs, this.#warmUpDeliveries / Math.max(1, this.#readers))
  }

  async round(): Promise<Sample> {
    const before = await this.#server.cpuSeconds()
    const published = await this.#publish(this.#roundMs, 1)
    const after = await this.#server.cpuSeconds()
    const residentBytes = await this.#server.residentBytes()
    const used = { user: after.user - before.user, system: after.system - before.system }
    return sampleOf(published, { used, residentBytes, readers: this.#readers })
  }

  async close(): Promise<void> {
    await this.#load.stop()
    await this.#server.stop()
  }

  /** How many receive one message. */
  get #readers(): number {
    const { audience } = this.#options
    if (audience.kind === 'everybody') return audience.count
    return audience.kind === 'one-each' ? 1 : 0
  }

  async #subscribe(): Promise<void> {
    const { audience, channels } = this.#options
    if (audience.kind === 'nobody') return
    const { address } = this.#server
    const [counting, count] =
      audience.kind === 'everybody' ? ['bytes' as const, audience.count] : ['marks' as const, channels.length]
    await this.#load.ask('subscribe', { address, channels, counting, count })
  }

  #publish(durationMs: number, atLeast: number): Promise<Published> {
    const { channels, publishers, batch = 1, inFlight } = this.#options
    const { address } = this.#server
    return this.#load.ask('publish', { address, channels, publishers, batch, inFlight, durationMs, atLeast })
  }

  #touchAll(): Promise<Published> {
    const { channels } = this.#options
    const { address } = this.#server
    const plan = { channels, publishers: 4, batch: 100, durationMs: 0 }
    return this.#load.ask('publish', { address, ...plan, atLeast: channels.length })
  }
}

function sampleOf(
  { published, seconds, cpuSeconds: loadSeconds }: Published,
  { used, residentBytes, readers }: { used: CpuSeconds; residentBytes: number; readers: number },
): Sample {
  const cpuSeconds = used.user + used.system
  const deliveries = published * readers
  return {
    cpuMicros: (cpuSeconds * 1e6) / deliveries,
    systemMicros: (used.system * 1e6) / deliveries,
    deliveriesPerSecond: deliveries / seconds,
    deliveriesPerCpuSecond: deliveries / cpuSeconds,
    publishMicros: (cpuSeconds * 1e6) / published,
    publishesPerSecond: published / seconds,
    publishesPerCpuSecond: published / cpuSeconds,
    serverBusy: (100 * cpuSeconds) / seconds,
    loadBusy: (100 * loadSeconds) / seconds,
    residentMegabytes: residentBytes / 1e6,
    deliveries,
  }
}
