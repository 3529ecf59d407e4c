// The clockwork of what is kept between restarts: looks for changes by other processes, writes behind, trims.
// Knows not what any of it is for.

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export interface UpkeepParts {
  readonly apiKeys: { refresh(): void; flush(): void }
  readonly operators: { flush(): void }
  readonly audit: { trim(): void }
  readonly events: { flush(): void; trim(): void }
  readonly onFault: (error: unknown) => void
}

/** Starts the clockwork; returns the stop, which writes a last time. */
export function startUpkeep({ apiKeys, operators, audit, events, onFault }: UpkeepParts): () => void {
  const trim = (): void => {
    try {
      audit.trim()
    } catch (error) {
      onFault(error)
    }
    events.trim()
  }
  const flush = (): void => {
    apiKeys.flush()
    operators.flush()
  }
  // Not each minute: counting a full log holds the event loop for some milliseconds.
  trim()
  const timers = [
    // A key that another process revoked opens nothing for longer than a second.
    setInterval(() => apiKeys.refresh(), SECOND_MS).unref(),
    setInterval(() => events.flush(), SECOND_MS).unref(),
    setInterval(flush, MINUTE_MS).unref(),
    setInterval(trim, HOUR_MS).unref(),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
    flush()
    events.flush()
  }
}
