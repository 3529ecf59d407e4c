// Time that stands still until it is moved: timers, `performance.now` and a wall clock for one simulated life, in place of
// the process's own, so that a life depends on nothing but its events. Knows no gateway.
//
// `setImmediate` stays the process's: its order is fixed, and between two of them every promise has its turn.

interface Timer {
  due: number
  readonly everyMs: number | null
  readonly act: () => void
  ref(): Timer
  unref(): Timer
}

type Act = () => void

const GLOBALS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

export class HeldTime {
  /** Monotonic milliseconds since the life began. */
  nowMs = 0
  /** Milliseconds since 1970; jumps. */
  wallMs = 1_800_000_000_000
  /** What each look at `performance.now` takes, as on a busy machine: it cuts long work into slices. */
  lookMs = 0
  #lookedMs = 0
  readonly #timers = new Set<Timer>()

  /** What `performance.now` would say, without a look. */
  get elapsedMs(): number {
    return this.nowMs + this.#lookedMs
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Takes the place of the process's time; returns the way back. */
  hold(): () => void {
    const own = GLOBALS.map(name => [name, globalThis[name]] as const)
    Object.assign(globalThis, {
      setTimeout: (act: Act, ms = 0) => this.#start(act, ms, null),
      setInterval: (act: Act, ms = 0) => this.#start(act, ms, Math.max(1, ms)),
      clearTimeout: (timer: Timer) => this.#timers.delete(timer),
      clearInterval: (timer: Timer) => this.#timers.delete(timer),
    })
    performance.now = () => {
      this.#lookedMs += this.lookMs
      return this.elapsedMs
    }
    return () => {
      Object.assign(globalThis, Object.fromEntries(own))
      // Its own stands on the prototype.
      Reflect.deleteProperty(performance, 'now')
    }
  }

  /** The process that set them is gone. */
  dropTimers(): void {
    this.#timers.clear()
  }

  /** Lets time pass; each timer fires when it is due, and `turn` gives what it began time to happen. */
  async pass(ms: number, turn: () => Promise<void>): Promise<void> {
    const end = this.nowMs + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#moveTo(next.due)
      if (next.everyMs === null) this.#timers.delete(next)
      else next.due += next.everyMs
      next.act()
      await turn()
    }
    this.#moveTo(end)
  }

  #start(act: Act, ms: number, everyMs: number | null): Timer {
    const timer: Timer = { due: this.nowMs + ms, everyMs, act, ref: () => timer, unref: () => timer }
    this.#timers.add(timer)
    return timer
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null
    for (const timer of this.#timers) if (timer.due <= (next ? next.due - 1e-9 : end)) next = timer
    return next
  }

  #moveTo(ms: number): void {
    this.wallMs += ms - this.nowMs
    this.nowMs = ms
  }
}
