// Connections that do nothing wrong while the gateway is fuzzed: each numbered message has to reach both, once, in order
// and soon (rule R6). Knows no cases.

import { type Frame, messagesOf } from '../harness/frame.ts'
import type { Gateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import type { Subscriber } from '../harness/subscriber.ts'
import { openWebSocket } from '../harness/websocket.ts'
import { Finding } from './finding.ts'
import { workOf } from './process-watch.ts'

const CHANNEL = 'bystander'
const PAUSE_MS = 20
/**
 * In seconds of processor time: a gateway that is held up longer by its worst clients fails. By the clock a slow machine
 * would be late without any fault of the gateway's.
 */
const MAX_WORK_SECONDS = 5
/** Less than the heartbeat and the gateway's own waits, which would bring what hangs. */
const LATE_MS = 20_000

export interface Bystanders {
  /** The longest a message took from its publish to both readers. */
  readonly maxDelayMs: number
  readonly count: number
  /** Stops publishing; throws a finding if anything was late, lost or repeated. */
  stop(): Promise<void>
}

/** Opens a reader on each transport and publishes to them until `stop`. */
export async function startBystanders(scope: Scope, gateway: Gateway): Promise<Bystanders> {
  const readers = [
    await openWebSocket(scope, gateway.url, { channels: CHANNEL }),
    await openSse(scope, gateway.url, { channels: CHANNEL }),
  ]
  for (const reader of readers) await reader.next('live')
  let isStopping = false
  let count = 0
  let maxDelayMs = 0
  const publish = async (): Promise<void> => {
    while (!isStopping) {
      const begun = performance.now()
      const workBefore = await workOf(gateway.pid)
      const number = ++count
      await gateway.publish(CHANNEL, number)
      const isOurs = ({ channel, data }: Frame) => channel === CHANNEL && data === number
      await Promise.all(readers.map(reader => reader.next(isOurs, LATE_MS)))
      const work = (await workOf(gateway.pid)) - workBefore
      if (work > MAX_WORK_SECONDS) throw new Error(`the gateway worked for ${work} s before it came`)
      maxDelayMs = Math.max(maxDelayMs, performance.now() - begun)
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }
  // A failure is kept until the run asks for it.
  const publishing = publish().catch((error: unknown) => error)
  return {
    get maxDelayMs() {
      return maxDelayMs
    },
    get count() {
      return count
    },
    async stop() {
      isStopping = true
      const failure = await publishing
      if (failure)
        throw new Finding(`A bystander was disturbed at message ${count}: ${String(failure).slice(0, 500)}`)
      for (const reader of readers) checkRecord(reader, count)
    },
  }
}

function checkRecord(reader: Subscriber, count: number): void {
  const numbers = messagesOf(reader.frames, CHANNEL).map(({ data }) => data)
  const isComplete = numbers.length === count && numbers.every((number, index) => number === index + 1)
  if (!isComplete)
    throw new Finding(
      `A bystander received ${numbers.length} messages, not 1…${count} each once and in order`,
    )
}
