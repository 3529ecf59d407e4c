// The world of a torture: one gateway with its lives, the proxy in front of it, publishers, readers and their witnesses.
// Only puts together and brings to rest; knows no rule of the protocol.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from '../harness/deadline.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { randomFrom } from '../harness/seed.ts'
import { audit } from './audit.ts'
import { PLANS, rulesOf, UNSTORED } from './channels.ts'
import { Courier } from './courier.ts'
import { Dice } from './dice.ts'
import { Drafts } from './drafts.ts'
import { FaultProxy, type Tamper } from './fault-proxy.ts'
import { Lives } from './lives.ts'
import { Model } from './model.ts'
import { publishByCommands, publishByHttp, publishUnstored, type Trade, takeAway } from './publishers.ts'
import { Reader } from './reader.ts'
import { Trace } from './trace.ts'
import { Verdict } from './verdict.ts'
import type { Witnesses } from './witnesses.ts'

export interface WorldOptions {
  /** How long at most, from the moment the gateway listens. */
  readonly seconds: number
  /** Ends the run before that. */
  readonly isEnough?: (progress: Progress) => boolean
  readonly seed: number
  readonly readers: number
  readonly publishers: number
  /** How long the gateway lives on average before it is killed. */
  readonly lifeMs: number
  readonly maxPauseMs: number
  /** False: the gateway lives as long as the run, and no connection is harmed. */
  readonly hasFaults?: boolean
  readonly tamper?: Tamper
}

export interface Progress {
  readonly seconds: number
  readonly kills: number
  readonly terms: number
  readonly starts: number
  readonly published: number
  readonly acknowledged: number
  readonly duplicates: number
  readonly uncertain: number
  readonly delivered: number
  readonly gaps: number
  /** Gaps behind which nothing that is known was missing. */
  readonly wideGaps: number
  readonly harmed: { readonly cut: number; readonly stalled: number; readonly slowed: number }
  readonly violations: number
}

const DRAIN_MS = 600
const VERIFY_EVERY_MS = 250
const REST_MS = 60_000
/** A gateway that is so wrong is not worth more time. */
const ENOUGH_VIOLATIONS = 200
const isBroken = ({ violations }: Progress): boolean => violations >= ENOUGH_VIOLATIONS

export class World {
  readonly folder: string
  readonly verdict: Verdict
  readonly trace: Trace
  readonly #options: WorldOptions
  readonly #ends: (() => unknown)[] = []
  #begun = performance.now()
  readonly #witnesses: Witnesses
  readonly #dice: Dice
  readonly #drafts: Drafts
  #readers: Reader[] = []
  #lives: Lives | null = null
  #living: Promise<void> = Promise.resolve()
  #proxy: FaultProxy | null = null
  #isStopped = false
  /** Why there is no gateway any more. */
  #trouble: Error | null = null

  private constructor(folder: string, options: WorldOptions) {
    this.folder = folder
    this.#options = options
    this.trace = new Trace(join(folder, 'trace.jsonl'))
    this.verdict = new Verdict(this.trace)
    const model = new Model(PLANS, this.verdict, Date.now)
    model.onLateSight = (channel, seq) => {
      for (const lane of this.#lanesOf(channel)) lane.checkLate(seq)
    }
    this.#witnesses = { model, verdict: this.verdict, trace: this.trace, clock: Date.now }
    this.#dice = new Dice(randomFrom(options.seed))
    this.#drafts = new Drafts(this.#dice)
  }

  static async create(options: WorldOptions): Promise<World> {
    return new World(await mkdtemp(join(tmpdir(), 'twinwire-torture-')), options)
  }

  /** Lives through the torture and comes to rest; what broke is in `verdict`. */
  async run(): Promise<void> {
    const { seconds, lifeMs, hasFaults = true, isEnough = isBroken, tamper } = this.#options
    const { verdict, trace } = this
    const gateway = await this.#startGateway()
    this.#begun = performance.now()
    const dice = this.#dice
    const proxy = new FaultProxy({ targetPort: gateway.port, dice, tamper })
    this.#proxy = proxy
    const proxied = await proxy.listen()
    if (!hasFaults) proxy.calm()
    this.#ends.push(() => proxy.close())
    this.#lives = new Lives({ gateway, dice, verdict, trace, lifeMs, drainMs: DRAIN_MS })
    if (hasFaults) this.#living = this.#lives.run().catch(error => this.#giveUp(error))
    const publishing = this.#publish(gateway.url, proxied)
    const reading = this.#read(gateway.url, proxied)
    const stopVerifying = this.#startVerifying()
    while (!this.#isStopped && this.#seconds() < seconds && !isEnough(this.progress())) await sleep(100)
    this.#lives.stop()
    await this.#living
    this.#isStopped = true
    await publishing
    if (this.#trouble) throw this.#trouble
    await this.#rest(proxy)
    stopVerifying()
    for (const reader of this.#readers) reader.stop()
    await reading
    await audit(gateway.url, this.#witnesses)
    await this.#lives.leave()
  }

  progress(): Progress {
    const { model } = this.#witnesses
    const sum = (of: (reader: Reader) => number) => this.#readers.reduce((all, reader) => all + of(reader), 0)
    return {
      seconds: Math.round(this.#seconds()),
      kills: this.#lives?.kills ?? 0,
      terms: this.#lives?.terms ?? 0,
      starts: this.#lives?.starts ?? 0,
      published: this.#drafts.count,
      acknowledged: model.acknowledged,
      duplicates: model.duplicates,
      uncertain: model.uncertain,
      delivered: sum(({ account }) => account.delivered),
      gaps: sum(({ account }) => account.gaps),
      wideGaps: sum(({ account }) => account.wideGaps),
      harmed: this.#proxy?.harmed ?? { cut: 0, stalled: 0, slowed: 0 },
      violations: this.verdict.count,
    }
  }

  /** Ends the run early; it still comes to rest. */
  stop(): void {
    this.#isStopped = true
  }

  /** Ends every process and socket; removes the folder unless it is evidence. */
  async close(keepsFolder: boolean): Promise<void> {
    this.#isStopped = true
    this.#lives?.stop()
    // A gateway that is being started would outlive us.
    await this.#living
    for (const reader of this.#readers) reader.stop()
    for (const end of this.#ends.splice(0).reverse()) await end()
    await this.trace.close()
    if (!keepsFolder) await rm(this.folder, { recursive: true, force: true })
  }

  #startGateway(): Promise<Gateway> {
    const config = {
      channels: rulesOf(PLANS),
      dataDir: join(this.folder, 'data'),
      // Short, so that beats, lifetimes and drains happen within lives of a few seconds.
      heartbeat: '1s',
      drain: DRAIN_MS,
      sse: { maxLifetime: '5s' },
      limits: { connections: 5000 },
    }
    return startGateway({ onTestFinished: end => this.#ends.push(end) }, { config })
  }

  async #publish(direct: string, proxied: string): Promise<void> {
    const { publishers, maxPauseMs } = this.#options
    const witnesses = this.#witnesses
    const dice = this.#dice
    const isHopeless = () => this.#trouble !== null
    const courier = new Courier({ dice, witnesses, direct, proxied, isHopeless })
    const isStopped = () => this.#isStopped
    const trade: Trade = {
      dice,
      witnesses,
      courier,
      drafts: this.#drafts,
      direct,
      proxied,
      isStopped,
      maxPauseMs,
    }
    const numbered = Array.from({ length: publishers }, (_, index) => index + 1)
    await Promise.all([
      ...numbered.map(number => publishByHttp(trade, `http-${number}`)),
      ...numbered.slice(0, Math.ceil(publishers / 2)).map(number => publishByCommands(trade, `ws-${number}`)),
      ...UNSTORED.map(channel => publishUnstored(trade, channel, `to ${channel}`)),
      ...(this.#options.hasFaults === false ? [] : [takeAway(trade, 'remover')]),
    ])
  }

  async #read(direct: string, proxied: string): Promise<void> {
    const dice = this.#dice
    const url = () => (dice.chance(0.2) ? direct : proxied)
    this.#readers = Array.from({ length: this.#options.readers }, (_, index) => {
      const transport = index % 2 === 0 ? 'WebSocket' : 'SSE'
      const who = `reader-${index + 1} (${transport})`
      return new Reader({ who, transport, dice, url, witnesses: this.#witnesses })
    })
    await Promise.all(this.#readers.map(reader => reader.run()))
  }

  #startVerifying(): () => void {
    const timer = setInterval(() => {
      for (const { account } of this.#readers) account.verify()
      for (const [channel, book] of this.#witnesses.model.books) {
        const checked = this.#lanesOf(channel).map(lane => lane.checked)
        book.forget(Math.min(this.#witnesses.model.settled, ...checked))
      }
    }, VERIFY_EVERY_MS)
    return () => clearInterval(timer)
  }

  /** Nothing more is published or harmed: every reader comes back once more, and must have everything. */
  async #rest(proxy: FaultProxy): Promise<void> {
    proxy.calm()
    for (const reader of this.#readers) reader.calm()
    const areLive = async () => (this.#readers.every(({ account }) => account.isLive) ? true : null)
    // Who is not live by then is found by `verifyRest`.
    await poll(areLive, 'every reader to be live', REST_MS).catch(() => null)
    for (const { account } of this.#readers) account.verifyRest()
  }

  #giveUp(error: Error): void {
    this.#trouble = error
    this.#isStopped = true
  }

  #lanesOf(channel: string) {
    return this.#readers.flatMap(({ account }) => [...account.lanes]).filter(lane => lane.channel === channel)
  }

  #seconds(): number {
    return (performance.now() - this.#begun) / 1000
  }
}
