// The part of the log's contract that is about what is kept: retention and history. Knows only the interfaces.

import { beforeEach, describe, expect, it } from 'vitest'
import type { History, Retention } from '../../gateway/core/history.ts'
import type { Log } from '../../gateway/core/log.ts'
import { entry, eventually, type LogUnderTest, publish, seqs } from './log-publish.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const PLENTY = 1024 * 1024

/** `rules` is the retention of each channel, read by the log under test. */
export function describeKept(opened: () => LogUnderTest, rules: Map<string, NonNullable<Retention>>): void {
  let log: Log & History
  const advance = (ms: number) => opened().advance(ms)
  beforeEach(() => {
    log = opened().log
  })

  describe('retention', () => {
    const keptOf = async (channel: string) =>
      (await log.page({ channel, since: 0, limit: 1000 })).messages.length

    it('[N4] keeps at least the messages of the rule, and at most twice as many once a publish is answered', async () => {
      rules.set('a', { messages: 10, ageMs: DAY_MS })
      for (const batch of [3, 7, 1, 9, 1, 45, 12, 1, 1]) {
        const before = await keptOf('a')
        await publish(log, ...Array.from({ length: batch }, () => entry('a')))
        const kept = await keptOf('a')
        expect(kept).toBeGreaterThanOrEqual(Math.min(10, before + batch))
        expect(kept).toBeLessThanOrEqual(20)
      }
      await eventually(async () => (await keptOf('a')) === 10)
      const page = await log.read([{ channel: 'a', after: 0 }], 100, PLENTY)
      expect(page.channels[0]).toEqual({ channel: 'a', after: 0, trimmed: 70, oldest: 71 })
    })

    it('[N4] lets messages go by age, with a gap for those who stood before them', async () => {
      rules.set('a', { messages: 10, ageMs: 10_000 })
      await publish(log, entry('a'), entry('a'))
      advance(5000)
      await publish(log, entry('a'), entry('b'))
      advance(5000)
      await eventually(async () => (await keptOf('a')) === 1)
      const page = await log.read(
        [
          { channel: 'a', after: 1 },
          { channel: 'b', after: 1 },
        ],
        10,
        PLENTY,
      )
      expect(page.channels).toEqual([
        { channel: 'a', after: 1, trimmed: 2, oldest: 3 },
        { channel: 'b', after: 1, trimmed: 0, oldest: null },
      ])
      expect(seqs(page.messages)).toEqual([3, 4])
    })

    it('[N4] bounds a channel by bytes, but never below its newest message', async () => {
      rules.set('a', { messages: 1000, ageMs: DAY_MS, bytes: 100 })
      await publish(log, ...Array.from({ length: 9 }, () => entry('a', `"${'x'.repeat(28)}"`)))
      await eventually(async () => (await keptOf('a')) === 3)
      await publish(log, entry('a', `"${'x'.repeat(500)}"`))
      await eventually(async () => (await keptOf('a')) === 1)
      expect((await log.channel('a'))?.bytes).toBe(502)
    })

    it('[N4] bounds the whole log by bytes, oldest first', async () => {
      const kilobyte = `"${'x'.repeat(998)}"`
      for (let i = 0; i < 30; i++) await publish(log, entry(`c${i % 3}`, kilobyte))
      await eventually(async () => (await log.figures()).bytes <= 20_000)
      const page = await log.read(
        [0, 1, 2].map(i => ({ channel: `c${i}`, after: 0 })),
        100,
        PLENTY,
      )
      expect(seqs(page.messages)).toEqual(Array.from({ length: 20 }, (_, i) => i + 11))
      expect(page.channels.map(({ trimmed }) => trimmed)).toEqual([10, 8, 9])
    })

    it('[N4] a ttl is exact when read and leaves no gap', async () => {
      await publish(log, entry('a', '1', { ttlMs: 1000 }), entry('a'), entry('a', '1', { ttlMs: 1000 }))
      advance(999)
      expect(await keptOf('a')).toBe(3)
      advance(1)
      const page = await log.read([{ channel: 'a', after: 0 }], 10, PLENTY)
      expect(seqs(page.messages)).toEqual([2])
      expect([page.through, page.channels[0]!.trimmed]).toEqual([3, 0])
      expect(await keptOf('a')).toBe(1)
      expect(await log.remove('a', 1)).toBe(false)
      expect((await log.read([{ channel: 'a', newest: 1 }], 10, PLENTY)).channels[0]!.after).toBe(1)
      await eventually(async () => (await log.figures()).messages === 1)
      expect((await log.read([{ channel: 'a', after: 0 }], 10, PLENTY)).channels[0]!.trimmed).toBe(0)
    })

    it('[N4] what has expired does not push out what has not', async () => {
      rules.set('a', { messages: 5, ageMs: DAY_MS })
      await publish(log, ...Array.from({ length: 5 }, () => entry('a')))
      await publish(log, ...Array.from({ length: 5 }, () => entry('a', '1', { ttlMs: 1 })))
      advance(1)
      const before = await keptOf('a')
      await publish(log, entry('a'))
      expect(before).toBeGreaterThanOrEqual(0)
      expect(await keptOf('a')).toBeGreaterThanOrEqual(Math.min(5, before + 1))
    })

    it('[N4] a purge leaves a gap, a single delete does not', async () => {
      await publish(log, entry('a'), entry('a'), entry('b'), entry('b'))
      expect(await log.remove('a', 1)).toBe(true)
      expect(await log.remove('a', 1)).toBe(false)
      expect(await log.remove('a', 3)).toBe(false)
      await log.purge('b')
      await log.purge('never used')
      const page = await log.read(
        [
          { channel: 'a', after: 0 },
          { channel: 'b', after: 3 },
        ],
        10,
        PLENTY,
      )
      expect(seqs(page.messages)).toEqual([2])
      expect(page.channels).toEqual([
        { channel: 'a', after: 0, trimmed: 0, oldest: 2 },
        { channel: 'b', after: 3, trimmed: 4, oldest: null },
      ])
    })

    it('messages of one time stay in order when the clock goes back', async () => {
      await publish(log, entry('a'))
      advance(-3_600_000)
      await publish(log, entry('a'))
      const { messages } = await log.page({ channel: 'a', limit: 10 })
      expect(messages[1]!.time).toBeGreaterThanOrEqual(messages[0]!.time)
    })
  })

  describe('history', () => {
    const page = async (query: { since?: number; before?: number; until?: number; limit: number }) => {
      const { messages, more } = await log.page({ channel: 'a', ...query })
      return [...seqs(messages), more ? 'more' : 'end']
    }

    it('cuts a page at its bytes, from the end that was asked for, but never to nothing', async () => {
      const data = JSON.stringify('x'.repeat(998))
      await publish(log, ...Array.from({ length: 6 }, () => ({ ...entry('a'), data })))
      const cut = async (query: { since?: number; maxBytes: number }) => {
        const { messages, more } = await log.page({ channel: 'a', limit: 100, ...query })
        return [...seqs(messages), more ? 'more' : 'end']
      }
      expect(await cut({ maxBytes: 2999 })).toEqual([5, 6, 'more'])
      expect(await cut({ since: 1, maxBytes: 3000 })).toEqual([2, 3, 4, 'more'])
      expect(await cut({ since: 0, maxBytes: 1 })).toEqual([1, 'more'])
      expect(await cut({ since: 3, maxBytes: 3000 })).toEqual([4, 5, 6, 'end'])
    })

    it('pages by exclusive bounds, oldest first', async () => {
      await publish(log, ...Array.from({ length: 6 }, () => entry('a')))
      await publish(log, entry('b'))
      expect(await page({ limit: 2 })).toEqual([5, 6, 'more'])
      expect(await page({ limit: 6 })).toEqual([1, 2, 3, 4, 5, 6, 'end'])
      expect(await page({ before: 5, limit: 3 })).toEqual([2, 3, 4, 'more'])
      expect(await page({ since: 2, limit: 3 })).toEqual([3, 4, 5, 'more'])
      expect(await page({ since: 3, limit: 3 })).toEqual([4, 5, 6, 'end'])
      expect(await page({ since: 1, before: 4, limit: 5 })).toEqual([2, 3, 'end'])
      const { oldest, head, trimmed } = await log.page({ channel: 'a', limit: 1 })
      expect([oldest, head, trimmed]).toEqual([1, 7, 0])
    })

    it('pages up to a moment, that moment included', async () => {
      for (let count = 0; count < 5; count += 1) {
        await publish(log, entry('a'), entry('b'))
        advance(1000)
      }
      const { messages } = await log.page({ channel: 'a', limit: 9 })
      const until = messages[2]!.time
      expect(await page({ until, limit: 9 })).toEqual([1, 3, 5, 'end'])
      expect(await page({ until: until - 1, limit: 1 })).toEqual([3, 'more'])
      expect(await page({ until, before: 3, limit: 9 })).toEqual([1, 'end'])
      expect(await page({ until, since: 1, limit: 9 })).toEqual([3, 5, 'end'])
      expect(await page({ until: 0, limit: 9 })).toEqual(['end'])
    })

    it('a channel that was never used is empty, not an error', async () => {
      const { messages, oldest, more } = await log.page({ channel: 'x', limit: 5 })
      expect([messages, oldest, more]).toEqual([[], null, false])
      expect(await log.channel('x')).toBeNull()
    })

    it('lists stored channels by name, with their figures', async () => {
      await publish(log, entry('b:2', '"ü"'), entry('a:1'), entry('b:1'), entry('b:2'), entry('c'))
      await log.purge('c')
      const names = async (prefix: string, after: string, limit: number) =>
        (await log.channels({ prefix, after, limit })).map(({ name: found }) => found)
      expect(await names('', '', 9)).toEqual(['a:1', 'b:1', 'b:2'])
      expect(await names('', 'a:1', 1)).toEqual(['b:1'])
      expect(await names('b:', '', 9)).toEqual(['b:1', 'b:2'])
      expect(await names('b:', 'b:2', 9)).toEqual([])
      const { messages } = await log.page({ channel: 'b:2', limit: 1 })
      expect(await log.channel('b:2')).toEqual({
        name: 'b:2',
        messages: 2,
        bytes: 5,
        last: messages[0]!.time,
      })
    })

    it('sums up what is kept', async () => {
      expect(await log.figures()).toEqual({ epoch: log.epoch, head: 0, messages: 0, bytes: 0 })
      await publish(log, entry('a', '"ü"'), entry('b', '12', { event: 'e', user: 'u', sender: 's' }))
      advance(1000)
      await publish(log, entry('c'))
      const { messages } = await log.page({ channel: 'a', limit: 1 })
      const { time } = messages[0]!
      expect(await log.figures()).toEqual({
        epoch: log.epoch,
        head: 3,
        messages: 3,
        bytes: 10,
        oldestTime: time,
      })
    })
  })
}
