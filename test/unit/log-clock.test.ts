// The log's time while the machine's clock jumps, and when it was wrong from the start: what is kept, and for how long.

import { expect, it } from 'vitest'
import { LogClock } from '../../gateway/log/log-clock.ts'
import { entry, eventually, publish } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

const MINUTE_MS = 60 * 1000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const START = Date.UTC(2026, 4, 6)
const YEAR_2100 = Date.UTC(2100, 0, 1)

/** A machine: real time passes, and the clock shows it, but for what somebody set it ahead or back. */
function makeMachine() {
  const machine = { passedMs: 0, aheadMs: 0 }
  const warnings: string[] = []
  return {
    machine,
    warnings,
    options: {
      clock: () => START + machine.passedMs + machine.aheadMs,
      uptime: () => machine.passedMs,
      onWarning: (message: string) => warnings.push(message),
      retentionEveryMs: 2,
    },
  }
}

type Machine = ReturnType<typeof makeMachine>

function makeClock({ options, warnings }: Machine, last = START): LogClock {
  const { clock: wall, uptime } = options
  return new LogClock({ wall, last, uptime, onWarning: message => warnings.push(message) })
}

it('[N4] a clock that jumps by hours is followed in steps, and never backwards', () => {
  const at = makeMachine()
  const clock = makeClock(at, START + 1000)
  expect(clock.now()).toBe(START + 1000)
  at.machine.passedMs = 1500
  expect(clock.now()).toBe(START + 1500)
  at.machine.aheadMs = -HOUR_MS
  expect(clock.now()).toBe(START + 1500)
  clock.moveAnchor()
  at.machine.aheadMs = 5 * HOUR_MS
  expect(clock.now()).toBe(START + 1500 + 15 * MINUTE_MS)
  expect(clock.now()).toBe(START + 1500 + 15 * MINUTE_MS)
  clock.moveAnchor()
  expect(clock.now()).toBe(START + 1500 + 30 * MINUTE_MS)
  at.machine.aheadMs = 0
  clock.moveAnchor()
  expect(clock.now()).toBe(START + 1500 + 30 * MINUTE_MS)
  expect(at.warnings).toEqual([])
})

it('[N4] a clock that was set back lets time go on at half the pace until it has caught up', () => {
  const at = makeMachine()
  const clock = makeClock(at)
  at.machine.aheadMs = -HOUR_MS
  expect(clock.now()).toBe(START)
  const live = (minutes: number): number => {
    for (let minute = 0; minute < minutes; minute += 1) {
      at.machine.passedMs += MINUTE_MS
      clock.moveAnchor()
    }
    return clock.now()
  }
  expect(live(10)).toBe(START + 5 * MINUTE_MS)
  expect(live(110)).toBe(START + HOUR_MS)
  expect(live(10)).toBe(START + HOUR_MS + 10 * MINUTE_MS)
})

it('[N4] a leap of years is waited out at the pace of real time, and believed after ten minutes', () => {
  const at = makeMachine()
  const clock = makeClock(at)
  at.machine.aheadMs = YEAR_2100 - START
  for (at.machine.passedMs = 0; at.machine.passedMs < 10 * MINUTE_MS; at.machine.passedMs += 1000) {
    clock.moveAnchor()
    expect(clock.now()).toBe(START + at.machine.passedMs)
  }
  expect(clock.now()).toBe(YEAR_2100 + 10 * MINUTE_MS)
  expect(at.warnings).toEqual([expect.stringContaining('leapt')])
})

it('[N4] [H2] [C1] the year 2100 for nine minutes and back: nothing goes, no key is forgotten, order stays', async () => {
  const at = makeMachine()
  const log = await openLog(makeFolder(), {
    ...at.options,
    retention: () => ({ messages: 1000, ageMs: DAY_MS }),
  })
  const key = { idempotency: { scope: 's', key: 'k' } }
  await publish(log, entry('a', '1', key), entry('a', '2', { ttlMs: HOUR_MS }))
  for (const aheadMs of [YEAR_2100 - START, -HOUR_MS, YEAR_2100 - START, -START, 0]) {
    at.machine.aheadMs = aheadMs
    for (let second = 0; second < 100; second += 1) {
      at.machine.passedMs += 1000
      if (second % 20 === 0) await publish(log, entry('a'))
    }
  }
  at.machine.passedMs += 1000
  expect(await log.append([[entry('a', '1', key)]])).toEqual([
    { ok: true, entries: [{ seq: 1, duplicate: true }] },
  ])
  const { messages } = await log.page({ channel: 'a', since: 0, limit: 1000 })
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1))
  const times = messages.map(({ time }) => time)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.at(-1)).toBeLessThanOrEqual(START + at.machine.passedMs)
  // And a ttl still ends when its time is over.
  at.machine.passedMs += HOUR_MS
  await eventually(
    async () => (await log.page({ channel: 'a', since: 0, limit: 1000 })).messages.length === 26,
  )
})

it('[N4] started with a clock in the year 2100: old messages wait ten minutes for somebody to notice', async () => {
  const dataDir = makeFolder()
  const retention = (channel: string) => ({ messages: channel === 'b' ? 1 : 1000, ageMs: DAY_MS })
  const before = await openLog(dataDir, { ...makeMachine().options, retention })
  await publish(before, entry('a'), entry('a'))
  await before.close()
  const at = makeMachine()
  at.machine.aheadMs = YEAR_2100 - START
  const log = await openLog(dataDir, { ...at.options, retention })
  expect(at.warnings).toEqual([expect.stringMatching(/days old: if the clock is right.*set it before/)])
  const kept = async () => (await log.page({ channel: 'a', since: 0, limit: 9 })).messages.length
  at.machine.passedMs = 10 * MINUTE_MS - 1
  // A channel that is trimmed by count shows that retention has come by.
  await publish(log, entry('b'), entry('b'))
  await eventually(async () => (await log.channel('b'))?.messages === 1)
  expect(await kept()).toBe(2)
  at.machine.passedMs = 10 * MINUTE_MS
  await eventually(async () => (await kept()) === 0)
})

it('warns of a clock from before the program was written, and of a log from the future', () => {
  const early = makeMachine()
  early.machine.aheadMs = -START
  makeClock(early, 0)
  expect(early.warnings).toEqual([expect.stringMatching(/^The clock says 1970-01-01T.*set it/)])
  const future = makeMachine()
  makeClock(future, YEAR_2100)
  expect(future.warnings).toEqual([expect.stringContaining('days in the future')])
  const usual = makeMachine()
  makeClock(usual, START - 29 * DAY_MS)
  makeClock(usual, 0)
  expect(usual.warnings).toEqual([])
})
