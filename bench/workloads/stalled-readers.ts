// Rule R3: whether 200 readers that take nothing slow down the others.

import { endCrowd, startCrowd } from '../crowd-process.ts'
import { twinwire } from '../servers/twinwire.ts'
import { LATENCY, type Paced, paced } from '../stages/paced.ts'
import type { Address } from '../wires/wire.ts'
import type { Workload } from '../workload.ts'

const STALLED = 200
const CHANNEL = 'public:bench'
const MESSAGE_BYTES = 60_000
/** As much as the kernels of both sides hold for a reader that takes nothing: 4 MB, and its window. */
const FILL_MESSAGES = 100

/** A crowd that reads nothing any more, with all buffers before it full. */
async function stallBeside({ port, apiKey }: Address): Promise<() => Promise<void>> {
  const crowd = await startCrowd({ port, count: STALLED, channel: CHANNEL, isStalled: true })
  const body = JSON.stringify({ channel: CHANNEL, data: 'x'.repeat(MESSAGE_BYTES) })
  const headers = { Authorization: `Bearer ${apiKey}` }
  for (let message = 0; message < FILL_MESSAGES; message += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/publish`, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`A publish was refused: ${await answer.text()}`)
  }
  return () => endCrowd(crowd)
}

const options: Paced = {
  server: twinwire,
  transport: 'websocket',
  channel: CHANNEL,
  subscribers: 100,
  perSecond: 200,
}

export const stalledReaders: Workload = {
  name: 'stalled-readers',
  figure: 'R3',
  about: '200 messages a second to 100 WebSockets, alone and beside 200 that take nothing.',
  measures: [LATENCY.p50Ms, LATENCY.p99Ms, LATENCY.p999Ms, LATENCY.serverBusy, LATENCY.loadBusy],
  contenders: [paced('alone', options), paced('beside 200 stalled', { ...options, beside: stallBeside })],
  aims: [{ measure: 'p99Ms', of: 'beside 200 stalled', to: 'alone', atMost: 1.5 }],
  caveats: [
    'Each round has a new crowd of stalled readers, because one that takes nothing for 60 s is closed.',
  ],
}
