// What a log over SQLite is opened with. Types only.

import type { Clock } from '../core/clock.ts'
import type { Retention } from '../core/history.ts'
import type { Fault } from './fault.ts'

export interface SqliteLogOptions {
  readonly dataDir: string
  /** `full`: fsync every commit. `normal`: a power loss may cost the last commits, and then a new epoch. */
  readonly durability: 'normal' | 'full'
  /** Bound of the content kept in the whole log. */
  readonly maxBytes: number
  readonly retention: (channel: string) => Retention
  readonly clock: Clock
  /** Milliseconds at the pace of real time, whatever the clock does; the process's own by default. */
  readonly uptime?: (() => number) | undefined
  /** Makes epochs: eight characters `[a-z0-9]`. */
  readonly random?: (() => string) | undefined
  readonly onFault?: ((fault: Fault) => void) | undefined
  /** Told what an operator should know, one sentence. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Changes when the machine restarts; read from the kernel by default. */
  readonly bootId?: string | undefined
  /** Pause between two passes of retention (1 s). */
  readonly retentionEveryMs?: number | undefined
  /** Cap of the write-ahead log (64 MiB). */
  readonly maxWalBytes?: number | undefined
}
