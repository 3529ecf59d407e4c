// What a client may find around it: a page has all of it, a worker some, Node almost nothing. Knows no client.

/** The part of the browser's storages that is needed; they throw when they are full or forbidden. */
export interface KeptIn {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
}

interface Listens {
  addEventListener?(name: string, listener: () => void, options: { signal: AbortSignal }): void
}

export interface World extends Listens {
  readonly document?: Listens & { readonly visibilityState: 'visible' | 'hidden' }
  readonly location?: { readonly href: string }
  /** Asking for one can throw, where the browser forbids it. */
  readonly localStorage?: KeptIn
  readonly sessionStorage?: KeptIn
}

export const world = globalThis as unknown as World

/** Adds a listener where there is something to listen to. */
export function listen(
  target: Listens | undefined,
  name: string,
  listener: () => void,
  signal: AbortSignal,
): void {
  target?.addEventListener?.(name, listener, { signal })
}
