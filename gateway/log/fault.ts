// Tells a failure of the storage from one of the data, and remembers whether the log can be written.

import SqliteDatabase from 'better-sqlite3'

/** Told once when writing starts to fail, and once when it works again. */
export interface Fault {
  readonly state: 'failed' | 'recovered'
  readonly message: string
}

const OF_THE_DATA = /^SQLITE_(TOOBIG|CONSTRAINT|MISMATCH|RANGE)/

/** Whether nothing at all can be written (disk full, I/O error, locked by a stranger), not just this one row. */
export function isStorageFault(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && !OF_THE_DATA.test(error.code)
}

const PROBE_AFTER_MS = 1000
/** On a disk with room for a probe but not for a commit, faults follow each other: the next probe then waits longer. */
const MAX_PROBE_AFTER_MS = 30_000

export class StorageHealth {
  readonly #path: string
  readonly #onFault: (fault: Fault) => void
  readonly #probe: () => void
  #timer: NodeJS.Timeout | null = null
  #probeAfterMs = PROBE_AFTER_MS
  #hasWorked = true

  /** `probe` writes something small and throws if it cannot. */
  constructor(path: string, onFault: (fault: Fault) => void, probe: () => void) {
    this.#path = path
    this.#onFault = onFault
    this.#probe = probe
  }

  get writable(): boolean {
    return this.#timer === null
  }

  failed(error: Error): void {
    if (this.#timer) return
    this.#probeAfterMs = this.#hasWorked
      ? PROBE_AFTER_MS
      : Math.min(2 * this.#probeAfterMs, MAX_PROBE_AFTER_MS)
    this.#hasWorked = false
    // Without a publish to try again, only a probe can tell that the disk is back.
    this.#timer = setInterval(() => this.#tryAgain(), this.#probeAfterMs).unref()
    const message = `The log ${this.#path} cannot be written (${error.message}); publishes are refused until it can be.`
    this.#onFault({ state: 'failed', message })
  }

  /** A commit succeeded. */
  worked(): void {
    this.#hasWorked = true
    this.#recover()
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  #recover(): void {
    if (!this.#timer) return
    this.stop()
    this.#onFault({ state: 'recovered', message: `The log ${this.#path} can be written again.` })
  }

  #tryAgain(): void {
    try {
      this.#probe()
    } catch {
      return
    }
    this.#recover()
  }
}
