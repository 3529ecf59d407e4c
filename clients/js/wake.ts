// Signs of the world that a connection may be possible again, or dead without a word. Knows no connection.

import { listen, world } from './world.ts'

export interface WakeListener {
  /** The network or the page is back: no use in waiting longer. */
  onWake(): void
  /** Time may have stood still, or the network be gone: ask whether the connection lives. */
  onDoubt(): void
}

/** Returns the end of it. */
export function watchWorld({ onWake, onDoubt }: WakeListener): () => void {
  const abort = new AbortController()
  const { document } = world
  const look = (): void => {
    if (document?.visibilityState === 'hidden') return
    onWake()
    onDoubt()
  }
  listen(world, 'online', look, abort.signal)
  listen(world, 'offline', onDoubt, abort.signal)
  // From the back/forward cache; after a freeze; in sight again. Each may be the only sign of a long sleep.
  listen(world, 'pageshow', look, abort.signal)
  listen(document, 'resume', look, abort.signal)
  listen(document, 'visibilitychange', look, abort.signal)
  return () => abort.abort()
}
