// Searching and sorting very many channels, and their rates.

import { expect, test, vi } from 'vitest'
import {
  ChannelDirectory,
  type ChannelDirectoryOptions,
  type ChannelSearch,
} from '../../gateway/core/channel-directory.ts'
import { ChannelRates } from '../../gateway/core/channel-rates.ts'
import type { StoredChannel } from '../../gateway/core/history.ts'
import { sortInTurns } from '../../gateway/core/sort-in-turns.ts'
import { seededRandom } from '../harness/seed.ts'

const EVERYTHING: ChannelSearch = {
  prefix: '',
  text: '',
  sort: 'name',
  offset: 0,
  limit: 1000,
}

/** Stored channels by name; whoever is active; and a clock that moves when it is looked at. */
function start(stored: readonly StoredChannel[], active: Record<string, number> = {}) {
  const rows = stored.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const channels = vi.fn(async ({ after, limit }: { after: string; limit: number }) =>
    rows.filter(({ name }) => name > after).slice(0, limit),
  )
  const idle: (() => void)[] = []
  const clock = { now: 0, stepMs: 0 }
  const options: ChannelDirectoryOptions = {
    history: { channels },
    hub: { subscribers: name => active[name] ?? 0, activeNames: () => Object.keys(active) },
    rates: { perSecond: () => 0 },
    inTurn: work => work(),
    now: () => (clock.now += clock.stepMs),
    startTimer: (_delayMs, act) => {
      idle.push(act)
      return () => {}
    },
  }
  const directory = new ChannelDirectory(options)
  const names = async (search: Partial<ChannelSearch> = {}) =>
    (await directory.search({ ...EVERYTHING, ...search })).channels.map(({ name }) => name)
  return { directory, names, channels, active, clock, letIdle: () => idle.at(-1)?.() }
}

const kept = (name: string, messages: number): StoredChannel => ({
  name,
  messages,
  bytes: messages * 10,
  last: messages,
})

test('windows of any order hold every channel once', async () => {
  const stored = Array.from({ length: 2500 }, (_, index) => kept(`room:${(index * 7919) % 2500}`, index % 40))
  const { names, directory } = start(stored, { 'room:7': 3, 'aaa:active': 9, 'zzz:active': 1 })
  for (const sort of ['name', '-messages', '-subscribers'] as const) {
    const windows: string[] = []
    for (let offset = 0; offset < 2502; offset += 700)
      windows.push(...(await names({ sort, offset, limit: 700 })))
    expect(new Set(windows).size).toBe(2502)
  }
  expect((await directory.search(EVERYTHING)).total).toBe(2502)
  expect((await names())[0]).toBe('aaa:active')
  expect((await names({ sort: '-subscribers' })).slice(0, 3)).toEqual(['aaa:active', 'room:7', 'zzz:active'])
})

test('one picture serves while it is good for, with subscribers of the moment', async () => {
  const { directory, channels, active, clock } = start([kept('a', 1)], { a: 1 })
  clock.stepMs = 1
  await directory.search(EVERYTHING)
  active.a = 5
  const again = await directory.search(EVERYTHING)
  expect([channels.mock.calls.length, again.channels[0]?.subscribers]).toEqual([1, 5])
  clock.now += 20
  await directory.search(EVERYTHING)
  expect(channels).toHaveBeenCalledTimes(2)
})

test('a picture that took seconds serves for a minute, so that looking on costs a part of the time', async () => {
  const { directory, channels, clock } = start([kept('a', 1)])
  clock.stepMs = 5000
  await directory.search(EVERYTHING)
  clock.stepMs = 0
  clock.now += 55_000
  await directory.search(EVERYTHING)
  expect(channels).toHaveBeenCalledTimes(1)
  clock.now += 10_000
  await directory.search(EVERYTHING)
  expect(channels).toHaveBeenCalledTimes(2)
})

test('searches at the same time share one picture, and an idle one is let go', async () => {
  const { directory, channels, clock, letIdle } = start([kept('a', 1)])
  clock.stepMs = 100
  await Promise.all([1, 2, 3].map(() => directory.search(EVERYTHING)))
  expect(channels).toHaveBeenCalledTimes(1)
  letIdle()
  await directory.search(EVERYTHING)
  expect(channels).toHaveBeenCalledTimes(2)
})

test('a log that cannot be read fails the search, and the next one reads anew', async () => {
  const { directory, channels } = start([kept('a', 1)])
  channels.mockRejectedValueOnce(new Error('The log cannot be read.'))
  await expect(directory.search(EVERYTHING)).rejects.toThrow('cannot be read')
  expect((await directory.search(EVERYTHING)).total).toBe(1)
})

test('sorting in turns is a stable sort', async () => {
  const random = seededRandom()
  const items = Array.from({ length: 9000 }, (_, index) => ({ value: Math.floor(random() * 50), index }))
  const compare = (a: { value: number }, b: { value: number }) => a.value - b.value
  expect(await sortInTurns(items, compare, work => work())).toEqual(items.toSorted(compare))
  expect(await sortInTurns([], compare, work => work())).toEqual([])
})

test('a rate follows what was published, and silence ends it', () => {
  let now = 0
  const rates = new ChannelRates(() => now)
  const publish = (perSecond: number, seconds: number) => {
    for (let count = 0; count < perSecond * seconds; count += 1) {
      now += 1000 / perSecond
      rates.note('a')
    }
  }
  publish(50, 12)
  expect(rates.perSecond('a')).toBeCloseTo(50, -1)
  expect(rates.perSecond('b')).toBe(0)
  now += 5000
  expect(rates.perSecond('a')).toBeGreaterThan(0)
  now += 5000
  expect(rates.perSecond('a')).toBe(0)
})
