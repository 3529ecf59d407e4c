// What the bench and its load process say to each other. Types only.

import type { Wire } from './target.ts'

export type LoadOrder =
  | { readonly kind: 'subscribe'; readonly wire: Wire; readonly subscribers: number }
  | { readonly kind: 'publish'; readonly publishers: number; readonly durationMs: number }

export type LoadReport =
  | { readonly kind: 'subscribed' }
  | ({ readonly kind: 'published' } & LoadResult)
  | { readonly kind: 'failed'; readonly message: string }

export interface LoadResult {
  readonly published: number
  /** From the first publish until every subscriber had every message. */
  readonly seconds: number
  /** What the load process itself used in that time. */
  readonly cpuSeconds: number
}
