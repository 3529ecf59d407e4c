// What happened, as one line of a list: the form in which it is kept and read. Knows not what it was made of.

/** Kinds of happenings that are kept; those of single subscriptions are only told live. */
export const EVENT_KINDS = ['connected', 'disconnected', 'refused', 'gap', 'storage', 'started'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export interface EventFacts {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly kind: EventKind
  /** Why: a code of the protocol, `closed`, the reason of a gap, `failed` or `recovered`. */
  readonly code?: string
  readonly connection?: string
  readonly user?: string
  readonly address?: string
  readonly transport?: 'websocket' | 'sse'
  readonly channel?: string
  /** One sentence for a person; may be empty. */
  readonly message: string
}

/** One line of what is kept. */
export interface KeptEvent extends EventFacts {
  /** Grows with every line, and is never used again. */
  readonly id: number
  /** More than one: the same, or of the same kind and code, again and again, last at `lastTime`. */
  readonly count: number
  readonly lastTime?: number
}
