// A server under test, as the harness sees it: something to start, to address and to weigh. Types only.

import type { Address, Transport } from '../wires/wire.ts'

export interface StartOptions {
  readonly transport: Transport
  /** The core to run on; null: wherever the system likes. */
  readonly core: number | null
  /** A folder for a CPU profile of the server, or null. */
  readonly profileFolder: string | null
}

export interface RunningServer {
  readonly address: Address
  /** From the start of the process to its line that says it listens, in ms. */
  readonly startMs: number
  /** CPU seconds used so far, user and system, all threads. */
  cpuSeconds(): Promise<CpuSeconds>
  /** Resident memory of the process. */
  residentBytes(): Promise<number>
  /** Ends the process and removes what it left; resolves when it is gone. */
  stop(): Promise<void>
}

export interface CpuSeconds {
  readonly user: number
  readonly system: number
}

/** Something to measure. Every call of `start` makes a fresh server. */
export interface Server {
  readonly name: string
  /** What has to be installed first, as a sentence; null when it can be started. */
  missing(): string | null
  start(options: StartOptions): Promise<RunningServer>
}
