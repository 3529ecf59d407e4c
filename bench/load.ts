// The load process: subscribes and publishes when the bench says so, and reports what came through. It has a core of its
// own; knows no server, only the wire it is given.

import type { LoadOrder, LoadReport, LoadResult } from './load-orders.ts'
import { FIRST_NUMBER } from './message-text.ts'
import { Publisher, publishFor } from './publishers.ts'
import { Subscribers } from './subscribers.ts'
import type { Wire } from './target.ts'

/** How long after the last publish the last subscriber may wait for it. */
const SETTLE_DEADLINE_MS = 10_000

let audience: { readonly wire: Wire; readonly subscribers: Subscribers } | null = null
let nextNumber = FIRST_NUMBER

async function obey(order: LoadOrder): Promise<LoadReport> {
  if (order.kind === 'subscribe') {
    const subscribers = new Subscribers(order.subscribers)
    await subscribers.open(order.wire)
    audience = { wire: order.wire, subscribers }
    return { kind: 'subscribed' }
  }
  return { kind: 'published', ...(await publish(order.publishers, order.durationMs)) }
}

async function publish(count: number, durationMs: number): Promise<LoadResult> {
  if (audience === null) throw new Error('Nobody is subscribed yet.')
  const { wire, subscribers } = audience
  const publishers = await Promise.all(Array.from({ length: count }, () => Publisher.open(wire)))
  subscribers.startCount()
  const first = nextNumber
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const published = await publishFor(publishers, durationMs, first)
  nextNumber += published
  await subscribers.haveAll(first, published, SETTLE_DEADLINE_MS)
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  for (const publisher of publishers) publisher.close()
  return { published, seconds, cpuSeconds: (user + system) / 1e6 }
}

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    report => process.send!(report),
    error => process.send!({ kind: 'failed', message: String(error) } satisfies LoadReport),
  )
})
process.on('disconnect', () => process.exit(0))
