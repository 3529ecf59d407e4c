// Pulling from the tail: what a session lacks of several channels, merged in order, one chunk at a time. Knows no socket.

import type { Encoder } from './encoder.ts'
import { CHUNK_BYTES } from './live-channel.ts'
import type { Subscription } from './subscription.ts'
import type { TailEntry } from './tail-entry.ts'

/** A connection's place: everything of its channels up to here was given. */
export interface Place {
  readonly seq: number
  readonly order: number
}

export interface Pulled {
  readonly buffers: readonly Buffer[]
  /** The last entry looked at when the chunk was full; null when the tail was read to its end. */
  readonly stoppedAt: Place | null
}

/** Whether a connection is not given a message because it is its sender's own (rule H4). */
export function isOwn(message: { sender?: string | undefined }, sender: string | undefined): boolean {
  return sender !== undefined && message.sender === sender
}

/** Merges what subscriptions lack, by order of arrival, up to one chunk. All of them have to be covered by the tail. */
export function pullFromTail(
  subscriptions: readonly Subscription[],
  place: Place,
  encoder: Encoder,
  sender: string | undefined,
): Pulled {
  const now = performance.now()
  const lacked: TailEntry[] = []
  let cut = Number.POSITIVE_INFINITY
  for (const subscription of subscriptions) {
    cut = Math.min(cut, collectLacked(subscription, place, encoder, lacked))
  }
  if (subscriptions.length > 1) lacked.sort((a, b) => a.order - b.order)
  const buffers: Buffer[] = []
  let bytes = 0
  for (const entry of lacked) {
    if (!entry.removed && entry.endsAt > now && !isOwn(entry, sender)) {
      const buffer = entry.encode(encoder)
      buffers.push(buffer)
      bytes += buffer.length
    }
    if (bytes >= CHUNK_BYTES || entry.order >= cut) return { buffers, stoppedAt: entry }
  }
  return { buffers, stoppedAt: null }
}

/**
 * Adds what one subscription lacks, at most one chunk of it. Returns the order at which it was cut: merging must not
 * go beyond it, or this channel's next messages would be passed over.
 */
function collectLacked(
  subscription: Subscription,
  place: Place,
  encoder: Encoder,
  into: TailEntry[],
): number {
  const { channel } = subscription
  const seq = Math.max(place.seq, subscription.seq)
  const order = Math.max(place.order, subscription.order)
  let bytes = 0
  for (let at = channel.indexAfter(seq, order); at < channel.entries.length; at += 1) {
    const entry = channel.entries.at(at)!
    into.push(entry)
    bytes += entry.encode(encoder).length
    if (bytes >= CHUNK_BYTES) return entry.order
  }
  return Number.POSITIVE_INFINITY
}
