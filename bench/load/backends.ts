// Backends that publish over a WebSocket each, with many messages under way. Knows the gateway's wire only.

import { messageText } from '../message-text.ts'
import { clientFrame, upgradeRequest } from '../wires/requests.ts'
import type { Address } from '../wires/wire.ts'
import type { PublishPlan } from './publishing.ts'
import { openClient } from './raw-client.ts'

const ANSWER = '{"type":"published"'

/** Like `publishFor`: each publisher keeps so many messages under way. Returns how many there were, all answered. */
export async function publishInFlight(
  address: Address,
  { first, inFlight, ...plan }: PublishPlan & { readonly first: number; readonly inFlight: number },
): Promise<number> {
  const { channels, publishers, durationMs, atLeast } = plan
  const end = performance.now() + durationMs
  let next = first
  const makeFrames = (count: number): string => {
    let frames = ''
    for (let left = count; left > 0; left -= 1, next += 1) {
      const channel = channels[next % channels.length]!
      frames += clientFrame(
        `{"type":"publish","ref":${next},"channel":"${channel}","data":${messageText(next)}}`,
      )
    }
    return frames
  }
  const isOver = (): boolean => next - first >= atLeast && performance.now() >= end
  const publish = () => publishOn(address, { inFlight, makeFrames, isOver })
  await Promise.all(Array.from({ length: publishers }, publish))
  return next - first
}

interface Backend {
  readonly inFlight: number
  readonly makeFrames: (count: number) => string
  readonly isOver: () => boolean
}

async function publishOn(
  { port, apiKey }: Address,
  { inFlight, makeFrames, isOver }: Backend,
): Promise<void> {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const send = upgradeRequest('/ws', [`Authorization: Bearer ${apiKey}`])
  let underWay = 0
  const countAnswers = answerCounter()
  const onChunk = (chunk: Buffer): void => {
    const text = chunk.toString('latin1')
    if (text.includes('"type":"failure"')) reject(new Error(`A publish was refused: ${text}`))
    const answered = countAnswers(text)
    underWay -= answered
    if (answered > 0 && !isOver()) {
      underWay += answered
      client.send(makeFrames(answered))
    }
    if (answered > 0 && underWay === 0) resolve()
  }
  const opening = [{ send, until: '"type":"welcome"' }]
  const client = await openClient({ port, opening, onChunk, onLost: reject })
  underWay = inFlight
  client.send(makeFrames(inFlight))
  await done
  client.close()
}

/** Counts answers in text that comes in chunks, also those that are cut in two. */
function answerCounter(): (chunk: string) => number {
  let rest = ''
  return chunk => {
    const text = rest + chunk
    const pieces = text.split(ANSWER)
    rest = pieces.at(-1)!.slice(1 - ANSWER.length)
    return pieces.length - 1
  }
}
