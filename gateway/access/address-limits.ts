// Limits for one address (of IPv6, its network): how many connections it may hold, and how fast it may open them. Knows no transport.

import { type Counters, tally } from '../core/counters.ts'
import type { Farewell } from '../core/goodbye.ts'
import { networkOf } from '../core/network.ts'
import { KeyedRates } from './keyed-rates.ts'
import { isLoopback } from './origins.ts'

/** When an address that holds too many comes back. */
const CROWDED_AFTER_MS = 10_000

export interface AddressLimitsOptions {
  readonly connectionsPerAddress: number
  /** Connections a second. */
  readonly connectRatePerAddress: number
}

export class AddressLimits {
  readonly #options: AddressLimitsOptions
  readonly #rates: KeyedRates
  readonly #counters: Pick<Counters, 'limited'>

  constructor(options: AddressLimitsOptions, counters: Pick<Counters, 'limited'>) {
    this.#counters = counters
    this.#options = options
    this.#rates = new KeyedRates(options.connectRatePerAddress)
  }

  /**
   * Why one more connection from an address is turned away, if it is. `open`: how many it holds; `now`: monotonic
   * milliseconds. Programs on this machine are not limited: behind a local proxy everybody has its address.
   */
  turnAway(address: string, open: number, now: number): Farewell | null {
    if (isLoopback(address)) return null
    const crowded = this.whenCrowded(address, open)
    if (crowded) return crowded
    const { connectRatePerAddress } = this.#options
    const waitMs = this.#rates.take(networkOf(address), now)
    if (waitMs === 0) return null
    tally(this.#counters.limited, 'connectRatePerAddress')
    const message = `Your address opens more than ${connectRatePerAddress} connections a second: come back later, or raise limits.connectRatePerAddress.`
    return { code: 'rate_limited', message, afterMs: waitMs }
  }

  /** The same about how many it holds alone, for one that has been counted as coming. */
  whenCrowded(address: string, open: number): Farewell | null {
    const { connectionsPerAddress } = this.#options
    if (isLoopback(address) || open < connectionsPerAddress) return null
    tally(this.#counters.limited, 'connectionsPerAddress')
    const message = `Your address holds ${connectionsPerAddress} connections, its limit: close some, or raise limits.connectionsPerAddress.`
    return { code: 'rate_limited', message, afterMs: CROWDED_AFTER_MS }
  }
}
