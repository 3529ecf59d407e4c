// Whether stalled readers slow down the others: `npm run bench:stalled -- --rounds 5 --seconds 3`. Latency from publish to delivery at 100 readers,
// measured in this process; rounds alternate between without and with 200 readers on the channel that take nothing.

import { parseArgs } from 'node:util'
import { chooseCores } from './cores.ts'
import { endCrowd, startCrowd } from './crowd-process.ts'
import { figureOf } from './figures.ts'
import { Listeners } from './listeners.ts'
import { FIRST_NUMBER, numbersIn } from './message-text.ts'
import { Publisher } from './publishers.ts'
import type { Wire } from './target.ts'
import { twinwire } from './targets/twinwire.ts'

const READERS = 100
const STALLED = 200
const CHANNEL = 'public:bench'
/** Fills what the kernels of both sides hold for a reader that takes nothing: 4 MB, and its window. */
const FILL_BYTES = 6e6
/** A publish each, one after the other at this distance. */
const PACE_MS = 5
/** What the issue of slow consumers allows. */
const AIM = 1.5

interface Round {
  readonly p50: number
  readonly p99: number
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } },
  })
  const cores = chooseCores()
  const server = await twinwire.start({ transport: 'websocket', core: cores.server, profileFolder: null })
  const listeners = await Listeners.open(server.wire, READERS)
  const rounds: { without: Round[]; with: Round[] } = { without: [], with: [] }
  try {
    const publisher = await Publisher.open(server.wire)
    const measure = () => runRound(publisher, listeners, Number(values.seconds) * 1000)
    await measure()
    for (let round = 0; round < Number(values.rounds); round += 1) {
      rounds.without.push(await measure())
      const { port } = server.wire
      const crowd = await startCrowd({ port, count: STALLED, channel: CHANNEL, isStalled: true })
      await fill(server.wire, listeners)
      rounds.with.push(await measure())
      await endCrowd(crowd)
    }
  } finally {
    listeners.close()
    await server.stop()
  }
  report(rounds.without, rounds.with)
}

let nextNumber = FIRST_NUMBER

/** Publishes at a steady pace; the latencies of all deliveries. */
async function runRound(publisher: Publisher, listeners: Listeners, durationMs: number): Promise<Round> {
  const sent = new Map<number, number>()
  const latencies: number[] = []
  listeners.onText = text => {
    const now = performance.now()
    for (const number of numbersIn(text)) latencies.push(now - (sent.get(number) ?? now))
  }
  const end = performance.now() + durationMs
  while (performance.now() < end) {
    sent.set(nextNumber, performance.now())
    await publisher.publish(nextNumber++)
    await new Promise(resolve => setTimeout(resolve, PACE_MS))
  }
  await listeners.until(() => latencies.length === sent.size * READERS)
  latencies.sort((a, b) => a - b)
  const at = (part: number) => latencies[Math.floor(latencies.length * part)]!
  return { p50: at(0.5), p99: at(0.99) }
}

/** Publishes what stalls the stalled; resolves when those who listen have it all. */
async function fill(wire: Wire, listeners: Listeners): Promise<void> {
  const data = 'x'.repeat(60_000)
  const count = Math.ceil(FILL_BYTES / data.length)
  let received = 0
  listeners.onText = text => {
    received += text.length
  }
  const headers = Object.fromEntries(wire.publish.headers.map(line => line.split(': ') as [string, string]))
  for (let message = 0; message < count; message += 1) {
    const body = JSON.stringify({ channel: CHANNEL, data })
    const address = `http://127.0.0.1:${wire.port}${wire.publish.path}`
    const answer = await fetch(address, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`A publish was refused: ${await answer.text()}`)
  }
  await listeners.until(() => received >= count * data.length * READERS)
}

function report(without: readonly Round[], withStalled: readonly Round[]): void {
  const line = (what: string, rounds: readonly Round[]) => {
    const [p50, p99] = [figureOf(rounds.map(round => round.p50)), figureOf(rounds.map(round => round.p99))]
    const range = `${p99.min.toFixed(2)}–${p99.max.toFixed(2)}`
    return `${what}: p50 ${p50.median.toFixed(2)} ms, p99 ${p99.median.toFixed(2)} ms (${range})\n`
  }
  const ratios = figureOf(withStalled.map(({ p99 }, round) => p99 / without[round]!.p99))
  process.stdout.write(line(`${READERS} readers`, without))
  process.stdout.write(line(`and ${STALLED} stalled`, withStalled))
  process.stdout.write(
    `p99 with ÷ without: ${ratios.median.toFixed(2)} (${ratios.min.toFixed(2)}–${ratios.max.toFixed(2)}), aim ≤ ${AIM} ${ratios.median <= AIM ? 'met' : 'missed'}\n`,
  )
}

await main()
