// Ends WebSockets whose message does not become whole in time: a byte now and then would keep them alive for ever (rule W5),
// and what they have sent in memory. Knows no sessions.

/** How often within the limit all are looked at; a late one is found at most two looks after its time. */
const LOOKS = 4

/** A connection whose messages have a time; only while one is unfinished is anything kept of it. */
export interface Receiving {
  /** Whether a message has begun that is not whole. */
  readonly isUnfinished: boolean
  /** Grows when one becomes whole, or when there was none. */
  readonly wholeCount: number
  /** Called once if a message is longer under way than the limit. */
  onLate(): void
}

interface Seen {
  readonly wholeCount: number
  /** When the present message was first seen unfinished. */
  readonly since: number
}

export class UnfinishedMessages {
  readonly #limitMs: number
  readonly #now: () => number
  readonly #watched = new Set<Receiving>()
  #seen = new Map<Receiving, Seen>()
  readonly #timer: NodeJS.Timeout

  /** `now`: monotonic milliseconds. */
  constructor(limitMs: number, now: () => number) {
    this.#limitMs = limitMs
    this.#now = now
    this.#timer = setInterval(() => this.#look(), Math.max(1, limitMs / LOOKS)).unref()
  }

  watch(connection: Receiving): void {
    this.#watched.add(connection)
  }

  unwatch(connection: Receiving): void {
    this.#watched.delete(connection)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = this.#now()
    const before = this.#seen
    this.#seen = new Map()
    for (const connection of this.#watched) {
      const { isUnfinished, wholeCount } = connection
      if (!isUnfinished) continue
      const known = before.get(connection)
      const seen = known?.wholeCount === wholeCount ? known : { wholeCount, since: now }
      if (now - seen.since < this.#limitMs) {
        this.#seen.set(connection, seen)
        continue
      }
      this.#watched.delete(connection)
      connection.onLate()
    }
  }
}
