// Numbered messages at full speed, and what was acknowledged of them. Knows the HTTP API only.

import { randomUUID } from 'node:crypto'
import { call } from './call.ts'
import { API_KEY } from './gateway.ts'

export interface Acknowledged {
  channel: string
  id: string
  number: number
}

export interface Traffic {
  /** In the order of the answers; grows while the traffic runs. */
  readonly acknowledged: readonly Acknowledged[]
  /** Settles when every message was acknowledged. */
  readonly done: Promise<void>
  /** Waits until at least so many messages are acknowledged; rejects if the traffic fails. */
  reached(count: number): Promise<void>
}

/**
 * Publishes 1…count to each channel, one at a time within a channel, all channels at once. What fails or gets no
 * answer is sent again under the same idempotency key until it is acknowledged, as a careful backend would.
 */
export function publishNumbers(urlOf: () => string, channels: readonly string[], count: number): Traffic {
  const acknowledged: Acknowledged[] = []
  const waiting: (() => void)[] = []
  const run = randomUUID()
  const feed = async (channel: string) => {
    for (let number = 1; number <= count; number++) {
      const body = { channel, data: number, key: `${run}/${number}` }
      acknowledged.push({ channel, id: await publishUntilAcknowledged(urlOf, body), number })
      for (const wake of waiting.splice(0)) wake()
    }
  }
  const done = Promise.all(channels.map(feed)).then(() => {})
  const reached = async (most: number): Promise<void> => {
    while (acknowledged.length < most)
      await Promise.race([new Promise<void>(resolve => waiting.push(resolve)), done])
  }
  return { acknowledged, done, reached }
}

const GIVE_UP_AFTER_MS = 60_000

async function publishUntilAcknowledged(urlOf: () => string, body: object): Promise<string> {
  const giveUp = Date.now() + GIVE_UP_AFTER_MS
  for (;;) {
    try {
      const answer = await call(`${urlOf()}/api/publish`, 'POST', { key: API_KEY, body })
      if (answer.status === 200) return answer.json.id!
      if (answer.status < 500) throw new Error(`Publishing was refused: ${answer.text}`, { cause: 'refused' })
    } catch (error) {
      if (error instanceof Error && error.cause === 'refused') throw error
    }
    if (Date.now() > giveUp) throw new Error('The gateway did not acknowledge a message for a minute.')
    await new Promise(resolve => setTimeout(resolve, 30))
  }
}
