// What the bench measures, as its harness sees it: a server with a way to subscribe and a way to publish. Types only.

export type Transport = 'websocket' | 'sse'

/** How to talk to a server, in bytes. Plain data: it is handed to the load process. */
export interface Wire {
  readonly port: number
  /** The whole request that subscribes one connection. */
  readonly subscribe: string
  /** Text in the answer after which nothing but messages follows. */
  readonly ready: string
  /** A request line's path, header lines, and what stands around the JSON text of a message in the body. */
  readonly publish: {
    readonly path: string
    readonly headers: readonly string[]
    readonly before: string
    readonly after: string
  }
}

export interface StartOptions {
  readonly transport: Transport
  /** The core to run on; null: wherever the system likes. */
  readonly core: number | null
  /** A folder for a CPU profile of the server, or null. */
  readonly profileFolder: string | null
}

export interface RunningServer {
  readonly wire: Wire
  /** From the start of the process to its line that says it listens, in ms. */
  readonly startMs: number
  /** CPU seconds used so far, user and system, all threads. */
  cpuSeconds(): Promise<CpuSeconds>
  /** Ends the process and removes what it left; resolves when it is gone. */
  stop(): Promise<void>
}

export interface CpuSeconds {
  readonly user: number
  readonly system: number
}

/** Something to measure. Every call of `start` makes a fresh server without any data. */
export interface Target {
  readonly name: string
  /** What has to be installed first, as a sentence; null when it can be started. */
  missing(): string | null
  start(options: StartOptions): Promise<RunningServer>
}
