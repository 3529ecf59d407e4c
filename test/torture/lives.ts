// The lives of the gateway: it is killed, stopped and started at random moments, also while it starts and while it drains.
// Knows no traffic.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Exit, Gateway } from '../harness/gateway.ts'
import type { Dice } from './dice.ts'
import type { Trace } from './trace.ts'
import type { Verdict } from './verdict.ts'

export interface LivesOptions {
  readonly gateway: Gateway
  readonly dice: Dice
  readonly verdict: Verdict
  readonly trace: Trace
  /** How long a life is on average, from the ready line to the signal; on a slow machine longer. */
  readonly lifeMs: number
  /** The drain window of the configuration. */
  readonly drainMs: number
}

const WHO = 'gateway'
/** What a start takes where little else is done. */
const QUIET_START_MS = 600

export class Lives {
  kills = 0
  terms = 0
  starts = 1
  readonly #options: LivesOptions
  readonly #stopping = new AbortController()
  /** The process that is expected to end. */
  #doomed = 0
  /** How many times longer than on a quiet machine a start took: what lives on a busy one needs longer lives. */
  #slowness = 1

  constructor(options: LivesOptions) {
    this.#options = options
    this.#watch()
  }

  /** Ends and starts the gateway until `stop`; leaves it running. */
  async run(): Promise<void> {
    const { dice, lifeMs } = this.#options
    const { signal } = this.#stopping
    for (;;) {
      // Mostly short, now and then long enough for what takes time.
      const ms = dice.chance(0.1) ? dice.between(lifeMs, 6 * lifeMs) : dice.between(0, 1.6 * lifeMs)
      await sleep(Math.round(ms * this.#slowness), undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      await this.#end()
      while (!(await this.#start()));
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Stops it for good, gently. */
  async leave(): Promise<void> {
    await this.#terminate()
    this.#lookAtErrors()
  }

  async #end(): Promise<void> {
    const { dice, drainMs } = this.#options
    const way = dice.weigh<'kill' | 'drain' | 'kill in drain'>([
      [8, 'kill'],
      [1, 'drain'],
      [1, 'kill in drain'],
    ])
    if (way === 'drain') await this.#terminate()
    else if (way === 'kill') await this.#kill()
    else {
      this.#tell('SIGTERM')
      this.#doomed = this.#options.gateway.pid
      process.kill(this.#doomed, 'SIGTERM')
      await sleep(dice.below(drainMs + 100))
      await this.#kill()
    }
    this.#lookAtErrors()
  }

  async #kill(): Promise<void> {
    const { gateway } = this.#options
    this.kills += 1
    this.#tell('SIGKILL')
    this.#doomed = gateway.pid
    await gateway.kill('SIGKILL')
  }

  async #terminate(): Promise<void> {
    const { gateway, verdict } = this.#options
    this.terms += 1
    this.#tell('SIGTERM')
    this.#doomed = gateway.pid
    const { code, signal } = await gateway.kill('SIGTERM')
    if (code !== 0) verdict.add('R5', WHO, '-', `SIGTERM ended it with ${code ?? signal}: ${gateway.stderr}`)
  }

  /** False: it was killed while it started. */
  async #start(): Promise<boolean> {
    const { dice, gateway, verdict } = this.#options
    const { pid } = gateway
    this.starts += 1
    this.#tell('start')
    const begun = performance.now()
    const started = gateway.restart().then(
      () => null,
      (error: Error) => error,
    )
    if (dice.chance(0.15) && !this.#stopping.signal.aborted) {
      while (gateway.pid === pid) await sleep(1)
      await Promise.race([started, sleep(dice.below(900))])
      await this.#kill()
      await started
      this.#lookAtErrors()
      return false
    }
    const trouble = await started
    if (trouble) {
      verdict.add('R1', WHO, '-', `it did not start again: ${trouble.message}`)
      throw trouble
    }
    this.#tell('ready')
    this.#slowness = Math.max(1, (performance.now() - begun) / QUIET_START_MS)
    this.#watch()
    return true
  }

  /** A process that ends without having been told to is a broken promise of its own. */
  #watch(): void {
    const { gateway, verdict } = this.#options
    const { pid } = gateway
    void gateway.exited.then(({ code, signal }: Exit) => {
      if (pid !== this.#doomed)
        verdict.add('R6', WHO, '-', `it ended by itself (${code ?? signal}): ${gateway.stderr}`)
    })
  }

  /** What it logs as an error is a fault that nobody expected. */
  #lookAtErrors(): void {
    const { gateway, verdict } = this.#options
    for (const line of gateway.stderr.split('\n')) {
      if (line.startsWith('{') ? /"level":[56]0/.test(line) : line !== '')
        verdict.add('R6', WHO, '-', `it logged ${line.slice(0, 1000)}`)
    }
  }

  #tell(what: string): void {
    this.#options.trace.tell(WHO, what, { pid: this.#options.gateway.pid })
  }
}
