// The log while the wall clock jumps back and forth by minutes, days and years, at random: neither order, ids nor what is
// kept may suffer. Seeds that once failed belong below.

import { expect, it } from 'vitest'
import type { SqliteLog } from '../../gateway/log/sqlite-log.ts'
import { entry, publish } from '../contract/log-publish.ts'
import { randomFrom } from '../harness/seed.ts'
import { makeFolder, openLog } from './log-folder.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MAX_LEAD_MS = 15 * MINUTE_MS
const JUMPS_MS = [MINUTE_MS, HOUR_MS, DAY_MS, 400 * DAY_MS, 70 * 365 * DAY_MS]
const START = Date.UTC(2026, 5, 1)
const STEPS = 150
const CHANNELS = ['a', 'b', 'c']

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A wall clock that jumps, and the true time beside it. */
class Clocks {
  true = START
  #offMs = 0
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  get wall(): number {
    return this.true + this.#offMs
  }

  /** Back and forth by any of the distances, or right again. */
  jump(): void {
    const far = JUMPS_MS[Math.floor(this.#random() * JUMPS_MS.length)]!
    this.#offMs = this.#random() < 0.3 ? 0 : (this.#random() * 2 - 1) * far
  }

  correct(): void {
    this.#offMs = 0
  }
}

/** Every message of the channels, and up to where each channel was trimmed. */
async function readAll(log: SqliteLog) {
  const from = CHANNELS.map(channel => ({ channel, after: 0 }))
  const { messages, channels } = await log.read(from, 1e6, 1e9)
  return { messages, trimmed: new Map(channels.map(view => [view.channel, view.trimmed])) }
}

/** Ids are the next ones and times never go back, also from one look at the log to the next (rule C1). */
async function expectOrder(log: SqliteLog, published: readonly string[]): Promise<void> {
  const { messages, trimmed } = await readAll(log)
  expect(log.head).toBe(published.length)
  const times = messages.map(({ time }) => time)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const kept = published.map((channel, index) => ({ channel, seq: index + 1 }))
  const due = kept.filter(({ channel, seq }) => seq > trimmed.get(channel)!)
  expect(messages.map(({ channel, seq }) => ({ channel, seq }))).toEqual(due)
}

it(`[C1] [N4] [R2] leaps of the clock between two looks of retention trim nothing (SEED=${seed})`, async () => {
  const random = randomFrom(seed)
  const clocks = new Clocks(random)
  const dataDir = makeFolder()
  const options = {
    clock: () => clocks.wall,
    retention: () => ({ messages: 1000, ageMs: DAY_MS }),
    retentionEveryMs: 1e9,
  }
  let log = await openLog(dataDir, options)
  const published: string[] = []
  let starts = 1
  for (let step = 0; step < STEPS; step += 1) {
    clocks.jump()
    clocks.true += random() * 1000
    const channel = CHANNELS[Math.floor(random() * CHANNELS.length)]!
    await publish(log, entry(channel))
    published.push(channel)
    if (random() < 0.1) {
      // A clock that is wrong at the start is believed: only a right one is tried here.
      clocks.correct()
      starts += 1
      await log.close()
      log = await openLog(dataDir, options)
    }
    if (random() < 0.2) await expectOrder(log, published)
  }
  await expectOrder(log, published)
  const { messages, trimmed } = await readAll(log)
  expect([...trimmed.values()]).toEqual([0, 0, 0])
  // However far the clock leapt, the log's time went a quarter of an hour ahead at most, once a start.
  expect(messages.at(-1)!.time - clocks.true).toBeLessThanOrEqual(starts * MAX_LEAD_MS)
  await log.close()
})

it(`[C1] [R2] whatever the clock does, what retention took is told and everything else is there (SEED=${seed})`, async () => {
  const random = randomFrom(seed)
  const clocks = new Clocks(random)
  const dataDir = makeFolder()
  const options = {
    clock: () => clocks.wall,
    retention: () => ({ messages: 20, ageMs: HOUR_MS }),
    retentionEveryMs: 1,
  }
  let log = await openLog(dataDir, options)
  const published: string[] = []
  for (let step = 0; step < STEPS; step += 1) {
    if (random() < 0.3) clocks.jump()
    clocks.true += random() * MINUTE_MS
    const channel = CHANNELS[Math.floor(random() * CHANNELS.length)]!
    await publish(log, entry(channel))
    published.push(channel)
    if (random() < 0.05) {
      await log.close()
      log = await openLog(dataDir, options)
    }
    // Lets retention do a step.
    if (random() < 0.2) await new Promise(resolve => setTimeout(resolve, 2))
    await expectOrder(log, published)
  }
  await log.close()
})
