// Limits for one address: how many connections it may hold, and how fast it may open them. Knows no transport.

import type { Farewell } from '../core/goodbye.ts'
import { Rate } from '../core/rate.ts'
import { isLoopback } from './origins.ts'

/** Addresses remembered before those that have been quiet are forgotten. */
const SWEEP_AT = 10_000
const QUIET_MS = 10_000
/** When an address that holds too many comes back. */
const CROWDED_AFTER_MS = 10_000

export interface AddressLimitsOptions {
  readonly connectionsPerAddress: number
  /** Connections a second. */
  readonly connectRatePerAddress: number
}

interface Caller {
  readonly rate: Rate
  lastMs: number
}

export class AddressLimits {
  readonly #options: AddressLimitsOptions
  readonly #callers = new Map<string, Caller>()

  constructor(options: AddressLimitsOptions) {
    this.#options = options
  }

  /**
   * Why one more connection from an address is turned away, if it is. `open`: how many it holds; `now`: monotonic
   * milliseconds. Programs on this machine are not limited: behind a local proxy everybody has its address.
   */
  turnAway(address: string, open: number, now: number): Farewell | null {
    if (isLoopback(address)) return null
    const { connectionsPerAddress, connectRatePerAddress } = this.#options
    if (open >= connectionsPerAddress) {
      const message = `Your address holds ${connectionsPerAddress} connections, its limit: close some, or raise limits.connectionsPerAddress.`
      return { code: 'rate_limited', message, afterMs: CROWDED_AFTER_MS }
    }
    const waitMs = this.#callerOf(address, now).rate.take(now)
    if (waitMs === 0) return null
    const message = `Your address opens more than ${connectRatePerAddress} connections a second: come back later, or raise limits.connectRatePerAddress.`
    return { code: 'rate_limited', message, afterMs: waitMs }
  }

  #callerOf(address: string, now: number): Caller {
    let caller = this.#callers.get(address)
    if (!caller) {
      if (this.#callers.size >= SWEEP_AT) this.#forgetQuiet(now)
      caller = { rate: new Rate(this.#options.connectRatePerAddress, now), lastMs: now }
      this.#callers.set(address, caller)
    }
    caller.lastMs = now
    return caller
  }

  #forgetQuiet(now: number): void {
    for (const [address, { lastMs }] of this.#callers)
      if (now - lastMs > QUIET_MS) this.#callers.delete(address)
  }
}
