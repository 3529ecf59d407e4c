// Counts login attempts, so that passwords cannot be guessed by the thousand. Knows no passwords.

import type { Clock } from '../core/clock.ts'
import { networkOf } from '../core/network.ts'

const WINDOW_MS = 60_000
const PER_ADDRESS = 5
/** Many addresses together: an operator has to wait then too, until a minute after the attack. */
const IN_ALL = 60

interface Count {
  attempts: number
  until: number
}

/** Fixed windows of one minute. An attempt counts when it begins: those sent at once are not free of each other. */
export class Guesses {
  readonly #clock: Clock
  readonly #byAddress = new Map<string, Count>()
  #all: Count = { attempts: 0, until: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts one attempt and returns 0; or the seconds to wait if it is one too many, which then does not count. */
  begin(address: string): number {
    const now = this.#clock()
    if (this.#all.until <= now) this.#startWindow(now)
    // An attempt refused here is not remembered either: addresses without end take no memory.
    if (this.#all.attempts >= IN_ALL) return secondsUntil(this.#all.until, now)
    const own = this.#of(networkOf(address), now)
    if (own.attempts >= PER_ADDRESS) return secondsUntil(own.until, now)
    own.attempts++
    this.#all.attempts++
    return 0
  }

  /** The password was right: this attempt was no guess. Those before it were, perhaps at another's password. */
  succeeded(address: string): void {
    const own = this.#byAddress.get(networkOf(address))
    if (own) own.attempts = Math.max(0, own.attempts - 1)
    this.#all.attempts = Math.max(0, this.#all.attempts - 1)
  }

  #of(address: string, now: number): Count {
    const count = this.#byAddress.get(address)
    if (count && count.until > now) return count
    const fresh = { attempts: 0, until: now + WINDOW_MS }
    this.#byAddress.set(address, fresh)
    return fresh
  }

  #startWindow(now: number): void {
    this.#all = { attempts: 0, until: now + WINDOW_MS }
    for (const [address, count] of this.#byAddress) if (count.until <= now) this.#byAddress.delete(address)
  }
}

function secondsUntil(time: number, now: number): number {
  return Math.ceil((time - now) / 1000)
}
