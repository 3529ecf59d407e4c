// A publication: what a publisher hands in, before the log has given it a place. Types only.

/** `data` is JSON text with its tokens as the publisher wrote them, without insignificant white space (rule H3). */
export interface Publication {
  readonly channel: string
  readonly data: string
  readonly event?: string | undefined
  /** The user, when a client published it. */
  readonly user?: string | undefined
  /** Connections with this sender id do not receive it (rule H4). */
  readonly sender?: string | undefined
  readonly ttlMs?: number | undefined
  /** Deduplicates within (scope, channel) for ten minutes (rule H2). */
  readonly idempotency?: { readonly scope: string; readonly key: string } | undefined
}

/** What becomes of one publication: `id` is absent in channels without history. */
export interface Published {
  readonly id?: string | undefined
  readonly channel: string
  /** This node's live subscriptions of the channel at commit (rule H5). */
  readonly subscribers: number
  readonly duplicate: boolean
}
