// Rule R3: however far stalled readers are behind, the gateway's memory stays bounded, and nobody waits for them.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Frame, range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { transports } from '../harness/transports.ts'

const STALLED = 200
const MESSAGES = 100_000
const BATCH = 1000
const PAD = 'x'.repeat(1000)

const KIB = 1024
const MIB = 1024 * KIB
/** A chunk each, the tail, and what the garbage collector has not collected yet. */
const MAX_GROWTH = STALLED * 64 * KIB + 32 * MIB + 64e6

/** The most memory that the process ever had resident, in bytes. */
function peakMemoryOf({ pid }: Gateway): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * KIB
}

/** Publishes numbers from 1, a batch at a time. */
async function flood(gateway: Gateway, channel: string, count: number): Promise<void> {
  for (const first of range(0, count / BATCH - 1)) {
    const body = range(1, BATCH).map(number => ({ channel, data: { number: first * BATCH + number, PAD } }))
    expect((await gateway.api('POST', '/api/publish', { body })).status).toBe(200)
  }
}

test('[R3] 200 stalled readers, 100,000 messages of 1 KB: memory is bounded, and who wakes hears of the gap', async t => {
  // Whoever takes nothing is closed after two beats, or a minute: the flood is shorter than the minute.
  const gateway = await startGateway(t, { config: { heartbeat: '5m' } })
  const channel = 'public:flood'
  // What publishing itself takes: the heap's size, the database's cache. A peak is a matter of when the collector runs, and
  // comes nearer to what it can be the longer one looks.
  await flood(gateway, 'public:unheard', 3 * MESSAGES)
  const before = peakMemoryOf(gateway)
  const opened = range(1, STALLED / 2).flatMap(() =>
    transports.map(each => each.open(t, gateway.url, { channels: channel })),
  )
  const stalled = await Promise.all(opened)
  for (const reader of stalled) await reader.next('live')
  for (const reader of stalled) reader.pause()
  await flood(gateway, channel, MESSAGES)
  expect(peakMemoryOf(gateway) - before).toBeLessThan(MAX_GROWTH)

  for (const reader of stalled.slice(0, 2)) {
    reader.unpause()
    await reader.next({ type: 'gap', channel, reason: 'slow' })
    await reader.next(frame => numberOf(frame) === MESSAGES)
    expect(silentJumps(reader.frames)).toEqual([])
  }
  for (const reader of stalled) reader.cut()
})

const numberOf = (frame: Frame): number | undefined => (frame.data as { number?: number })?.number

/** Messages that do not follow the one before them, though no gap stands between. */
function silentJumps(frames: readonly Frame[]): number[] {
  const jumps: number[] = []
  let last = 0
  let isTold = false
  for (const frame of frames) {
    if (frame.type === 'gap') isTold = true
    const number = numberOf(frame)
    if (number === undefined) continue
    if (isTold ? number <= last : number !== last + 1) jumps.push(number)
    last = number
    isTold = false
  }
  return jumps
}
