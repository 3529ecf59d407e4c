// How messages are published: as fast as the answers come, or at a pace. Numbers them, and spreads them over the channels.

import { messageText, timedText } from '../message-text.ts'
import type { Item, Wire } from '../wires/wire.ts'
import { Publisher } from './publishers.ts'

export interface PublishPlan {
  readonly channels: readonly string[]
  readonly publishers: number
  /** Messages in one request. */
  readonly batch: number
  /** Messages that each publisher has under way on a WebSocket; without it, publishers use HTTP. */
  readonly inFlight?: number | undefined
  readonly durationMs: number
  /** Goes on until there are so many, also when the time is over. */
  readonly atLeast: number
}

/** Publishes from all of them until the plan is fulfilled; returns how many messages there were, numbered from `first`. */
export async function publishFor(
  { port, wire, first }: { readonly port: number; readonly wire: Wire; readonly first: number },
  { channels, publishers: count, batch, durationMs, atLeast }: PublishPlan,
): Promise<number> {
  const publishers = await Publisher.openMany(port, count)
  const end = performance.now() + durationMs
  let next = first
  const nextItem = (): Item => {
    const number = next++
    return { channel: channels[number % channels.length]!, data: messageText(number) }
  }
  const publishOn = async (publisher: Publisher): Promise<void> => {
    while (next - first < atLeast || performance.now() < end) {
      await publisher.send(wire.publish(Array.from({ length: batch }, nextItem)))
    }
  }
  await Promise.all(publishers.map(publishOn))
  for (const publisher of publishers) publisher.close()
  return next - first
}

/** More than are ever under way at once at a pace that the server can keep. */
const PACED_PUBLISHERS = 16

/**
 * Publishes at a pace, whatever the answers do: a message that has to wait for a free publisher counts from the moment it
 * was due. Returns how many there were.
 */
export async function publishAtPace(
  { port, wire, first }: { readonly port: number; readonly wire: Wire; readonly first: number },
  { channel, perSecond, durationMs }: { channel: string; perSecond: number; durationMs: number },
): Promise<number> {
  const free = await Publisher.openMany(port, PACED_PUBLISHERS)
  const all = [...free]
  const due: string[] = []
  const underWay = new Set<Promise<void>>()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  const flush = (): void => {
    while (due.length > 0 && free.length > 0) {
      const publisher = free.pop()!
      const sending = publisher.send(due.shift()!).then(() => {
        free.push(publisher)
        underWay.delete(sending)
        flush()
      })
      underWay.add(sending)
      sending.catch(reject)
    }
  }
  const startedAt = performance.now()
  const total = Math.round((perSecond * durationMs) / 1000)
  let made = 0
  const makeDue = (): void => {
    const now = performance.now()
    for (; made < Math.min(total, ((now - startedAt) * perSecond) / 1000); made += 1) {
      due.push(wire.publish([{ channel, data: timedText(first + made, now) }]))
    }
    flush()
  }
  while (made < total || due.length > 0 || underWay.size > 0) {
    makeDue()
    await Promise.race([new Promise(resolve => setTimeout(resolve, 1)), failed])
  }
  for (const publisher of all) publisher.close()
  return total
}
