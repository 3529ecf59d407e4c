// Whether the log can be written, and the tries to find out when it can be again. Knows no tables and no publisher.
//
//   sound ──failed()──> failing ──a write works──> sound
//                          └─ damage found ─> damaged ──the whole file checks out──> sound

import { describeFault, type Fault, isDamage, StorageFailure } from './fault.ts'

export interface StorageHealthOptions {
  /** The database file, for messages. */
  readonly path: string
  /** Throws when the files are not where they were. */
  readonly assertInPlace: () => void
  /** Writes something small; throws if it cannot. */
  readonly probe: () => void
  /** Reads the whole file, off this thread; whether it is sound. */
  readonly check: () => Promise<boolean>
  readonly onFault: (fault: Fault) => void
  /** Milliseconds since 1970, for people. */
  readonly clock: () => number
}

const WATCH_MS = 1000
/** On a disk with room for a probe but not for a commit, faults follow each other: the next probe then waits longer. */
const MAX_PROBE_AFTER_MS = 30_000
/** Reading a log of 2 GiB takes seconds. */
const FIRST_CHECK_AFTER_MS = 2000
const MAX_CHECK_AFTER_MS = 5 * 60 * 1000

export class StorageHealth {
  readonly #options: StorageHealthOptions
  #timer: NodeJS.Timeout | null = null
  #fault: { message: string; since: number } | null = null
  #isDamaged = false
  /** Found by reading: that something can be written says nothing about it. */
  #isOfReading = false
  #waitMs = WATCH_MS
  #hasWorked = true
  #isStopped = false

  constructor(options: StorageHealthOptions) {
    this.#options = options
  }

  /** Watches until stopped: files that vanish are noticed within a second, also when nobody publishes. */
  start(): void {
    this.#schedule(WATCH_MS)
  }

  /** What is wrong, and since when in milliseconds since 1970; null while the log can be written. */
  get fault(): { readonly message: string; readonly since: number } | null {
    return this.#fault
  }

  /** Called before each commit, within its transaction: a commit into files without a name would be lost. */
  assertWritable(): void {
    if (this.#isDamaged) throw new StorageFailure('written', this.#fault?.message)
    this.#options.assertInPlace()
  }

  /** The storage failed while it was read or written. */
  failed(error: Error, doing: 'read' | 'written'): void {
    if (this.#isStopped || this.#isDamaged || (this.#fault && !isDamage(error))) return
    const { path, clock, onFault } = this.#options
    const message = describeFault(path, error)
    this.#isDamaged = isDamage(error)
    this.#isOfReading = doing === 'read'
    if (this.#isDamaged) this.#waitMs = FIRST_CHECK_AFTER_MS
    else this.#waitMs = this.#hasWorked ? WATCH_MS : Math.min(2 * this.#waitMs, MAX_PROBE_AFTER_MS)
    this.#hasWorked = false
    this.#fault = { message, since: clock() }
    this.#schedule(this.#waitMs)
    onFault({ state: 'failed', message })
  }

  /** A commit succeeded. */
  worked(): void {
    // Else publishers and readers would turn the fault on and off by the hundred a second.
    if (this.#fault && this.#isOfReading) return
    this.#hasWorked = true
    this.#recover()
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  #recover(): void {
    if (!this.#fault || this.#isStopped) return
    this.#fault = null
    this.#isDamaged = false
    this.#schedule(WATCH_MS)
    const { path, onFault } = this.#options
    onFault({ state: 'recovered', message: `The log ${path} can be written again.` })
  }

  #schedule(afterMs: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), afterMs).unref()
  }

  async #look(): Promise<void> {
    if (this.#isDamaged) await this.#tryCheck()
    else if (this.#fault) this.#tryProbe()
    else this.#watch()
    if (!this.#isStopped) this.#schedule(this.#fault ? this.#waitMs : WATCH_MS)
  }

  #watch(): void {
    try {
      this.#options.assertInPlace()
    } catch (error) {
      this.failed(error as Error, 'written')
    }
  }

  /** Without a publish to try again, only a probe can tell that the disk is back. */
  #tryProbe(): void {
    try {
      this.#options.assertInPlace()
      this.#options.probe()
    } catch (error) {
      // A full disk may turn out to be a damaged file.
      this.failed(error as Error, 'written')
      return
    }
    this.#recover()
  }

  /** Damage is over when the whole file is sound: that one page can be written proves nothing of the others. */
  async #tryCheck(): Promise<void> {
    if (await this.#options.check()) this.#recover()
    else this.#waitMs = Math.min(2 * this.#waitMs, MAX_CHECK_AFTER_MS)
  }
}
