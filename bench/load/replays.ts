// Replay by itself: one WebSocket of the gateway subscribes to channel after channel, each with its newest messages.

import { figureOf } from '../figures.ts'
import { numbersIn, TextCarry } from '../message-text.ts'
import { clientFrame, upgradeRequest } from '../wires/requests.ts'
import { Arrival } from './arrival.ts'
import type { LoadOrders } from './load-orders.ts'
import { openClient } from './raw-client.ts'

const DEADLINE_MS = 10_000

type Replay = LoadOrders['replay']

/** Each subscription lasts until its messages and its `live` have come. */
export async function replayEach({
  address,
  channels,
  messages,
}: Replay['order']): Promise<Replay['report']> {
  const arrival = new Arrival()
  let carry = new TextCarry()
  let tail = ''
  let received = 0
  const client = await openClient({
    port: address.port,
    opening: [{ send: upgradeRequest('/ws'), until: '"type":"welcome"' }],
    onChunk(chunk) {
      received += carry.read(chunk, numbersIn).length
      tail = tail.slice(-200) + chunk.toString('latin1')
      arrival.note()
    },
    onLost: error => arrival.lose(error),
  })
  const ask = async (command: object, isDone: () => boolean): Promise<void> => {
    carry = new TextCarry()
    tail = ''
    received = 0
    client.send(clientFrame(JSON.stringify(command)))
    await arrival.until(isDone, DEADLINE_MS, () => `Not all came: ${received} messages, then ${tail}`)
  }
  const elapsedMs: number[] = []
  for (const channel of channels) {
    const startedAt = performance.now()
    const isReplayed = (): boolean => received === messages && tail.includes('"type":"live"')
    await ask({ type: 'subscribe', ref: 1, channel, history: messages }, isReplayed)
    elapsedMs.push(performance.now() - startedAt)
    await ask({ type: 'unsubscribe', ref: 2, channel }, () => tail.includes('"unsubscribed"'))
  }
  client.close()
  return { replays: channels.length, medianMs: figureOf(elapsedMs).median }
}
