// What every log must do, whatever it stores in: run over each implementation. Knows only the interfaces.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { History, Retention } from '../../gateway/core/history.ts'
import type { Entry, Log, Message } from '../../gateway/core/log.ts'

export interface LogUnderTest {
  readonly log: Log & History
  /** Moves the clock on, in milliseconds. */
  advance(ms: number): void
  close(): Promise<void>
}

export interface LogSetting {
  readonly retention: (channel: string) => Retention
  readonly maxBytes: number
}

export type OpenLog = (setting: LogSetting) => Promise<LogUnderTest>

const DAY_MS = 24 * 60 * 60 * 1000
const PLENTY = 1024 * 1024

/** A stored entry. */
export function entry(channel: string, data: string | number = '1', more: Partial<Entry> = {}): Entry {
  return { channel, data: String(data), stored: true, ...more }
}

/** Appends entries as one group; their seqs. */
export async function publish(log: Log, ...entries: Entry[]): Promise<(number | null)[]> {
  const [outcome] = await log.append([entries])
  if (!outcome?.ok) throw outcome?.error ?? new Error('no outcome')
  return outcome.entries.map(({ seq }) => seq)
}

/** Waits until a condition holds, looking again each turn; fails after five seconds. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('still not so after five seconds')
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}

function seqs(messages: readonly Message[]): number[] {
  return messages.map(({ seq }) => seq)
}

export function describeLog(name: string, open: OpenLog): void {
  describe(name, () => {
    let opened: LogUnderTest
    let log: Log & History
    const rules = new Map<string, NonNullable<Retention>>()
    const setting = {
      retention: (channel: string) => rules.get(channel) ?? { messages: 1000, ageMs: DAY_MS },
      maxBytes: 20_000,
    }

    beforeEach(async () => {
      rules.clear()
      opened = await open(setting)
      log = opened.log
    })
    afterEach(() => opened.close())

    it('[C1] gives one strictly increasing seq to all channels, from 1', async () => {
      expect(log.head).toBe(0)
      expect(log.epoch).toMatch(/^[a-z0-9]{8}$/)
      expect(await publish(log, entry('a'), entry('b'), entry('a'))).toEqual([1, 2, 3])
      expect(await publish(log, entry('c'))).toEqual([4])
      expect(log.head).toBe(4)
    })

    it('[C1] never reuses a seq, also when everything is gone', async () => {
      await publish(log, entry('a'), entry('a'))
      await log.purge('a')
      await publish(log, entry('b'))
      await log.remove('b', 3)
      expect((await log.figures()).messages).toBe(0)
      expect(await publish(log, entry('a'))).toEqual([4])
    })

    it('keeps every part of a message', async () => {
      const whole = entry('a', '{"ü":"\u2028","n":9007199254740993}', {
        event: 'e',
        user: 'ü',
        sender: 's',
        ttlMs: 5000,
      })
      await publish(log, whole, entry('a', 'null'))
      const { messages } = await log.read([{ channel: 'a', after: 0 }], 10, PLENTY)
      const { time } = messages[0]!
      const { data, event, user, sender } = whole
      expect(messages).toEqual([
        { seq: 1, channel: 'a', time, data, event, user, sender, expires: time + 5000 },
        { seq: 2, channel: 'a', time, data: 'null' },
      ])
    })

    it('[C2] merges channels by seq, each from its own place', async () => {
      await publish(log, entry('a'), entry('b'), entry('c'), entry('a'), entry('b'), entry('a'))
      const page = await log.read(
        [
          { channel: 'b', after: 2 },
          { channel: 'a', after: 0 },
        ],
        10,
        PLENTY,
      )
      expect(seqs(page.messages)).toEqual([1, 4, 5, 6])
      expect(page.through).toBe(6)
      expect(page.channels.map(({ channel }) => channel)).toEqual(['b', 'a'])
    })

    it('[C2] pages through many channels without loss or repetition, by count and by bytes', async () => {
      const names = Array.from({ length: 40 }, (_, i) => `n${i}`)
      await log.append(Array.from({ length: 300 }, (_, i) => [entry(names[(i * 7 + (i >> 4)) % 40]!, i)]))
      for (const [limit, maxBytes] of [
        [1, PLENTY],
        [7, PLENTY],
        [100, 20],
        [300, PLENTY],
        [299, PLENTY],
      ] as const) {
        const found: number[] = []
        let after = 0
        do {
          const page = await log.read(
            names.map(channel => ({ channel, after })),
            limit,
            maxBytes,
          )
          expect(page.messages.length).toBeGreaterThan(0)
          expect(page.messages.length).toBeLessThanOrEqual(limit)
          found.push(...seqs(page.messages))
          after = page.through
        } while (after < log.head)
        expect(found).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
      }
    })

    it('gives at least one message, however few bytes are asked for', async () => {
      await publish(log, entry('a', `"${'x'.repeat(500)}"`), entry('a'))
      const page = await log.read([{ channel: 'a', after: 0 }], 10, 1)
      expect(seqs(page.messages)).toEqual([1])
      expect(page.through).toBe(1)
    })

    it('answers through = head when nothing follows, also for other channels', async () => {
      await publish(log, entry('a'), entry('b'), entry('b'))
      const page = await log.read([{ channel: 'a', after: 0 }], 1, PLENTY)
      expect([page.through, page.head]).toEqual([3, 3])
      expect((await log.read([], 10, PLENTY)).through).toBe(3)
    })

    it('resolves the newest messages of a channel', async () => {
      await publish(log, entry('a'), entry('b'), entry('a'), entry('a'))
      const newest = async (count: number) => {
        const page = await log.read([{ channel: 'a', newest: count }], 10, PLENTY)
        return [page.channels[0]!.after, ...seqs(page.messages)]
      }
      expect(await newest(0)).toEqual([4])
      expect(await newest(1)).toEqual([3, 4])
      expect(await newest(2)).toEqual([2, 3, 4])
      expect(await newest(9)).toEqual([0, 1, 3, 4])
      await log.purge('a')
      expect(await newest(9)).toEqual([4])
    })

    it('[H1] tells followers of each commit, in order, before the append answers', async () => {
      const told: string[] = []
      const stop = log.follow({
        appended: (messages, head) => told.push(`${seqs(messages)} of ${head}`),
        removed: removal => told.push(JSON.stringify(removal)),
      })
      const appending = log.append([[entry('a')], [entry('b'), entry('c', '1', { stored: false })]])
      await appending.then(() => told.push('answered'))
      await log.remove('a', 1)
      await log.purge('b')
      stop()
      await publish(log, entry('a'))
      expect(told).toEqual(['1,2 of 2', 'answered', '{"channel":"a","seq":1}', '{"channel":"b","through":2}'])
    })

    it('[R6] a follower that throws harms neither the append nor other followers', async () => {
      const told: number[] = []
      log.follow({
        appended: () => {
          throw new Error('a bug of the follower, expected in this test')
        },
        removed: () => {},
      })
      log.follow({ appended: messages => told.push(...seqs(messages)), removed: () => {} })
      expect(await publish(log, entry('a'))).toEqual([1])
      expect(told).toEqual([1])
    })

    describe('idempotency', () => {
      const keyed = (channel: string, key: string, scope = 'keys', stored = true) =>
        entry(channel, '1', { idempotency: { scope, key }, stored })
      const append = async (...entries: Entry[]) => {
        const [outcome] = await log.append([entries])
        return outcome!.ok ? outcome!.entries.map(one => `${one.seq}${one.duplicate ? ' again' : ''}`) : []
      }

      it('[H2] a key stands for the first publication, per scope and channel, also within a batch', async () => {
        const told: number[] = []
        log.follow({ appended: messages => told.push(...seqs(messages)), removed: () => {} })
        expect(await append(keyed('a', 'k'), keyed('a', 'k'), keyed('b', 'k'))).toEqual(['1', '1 again', '2'])
        expect(await append(keyed('a', 'k', 'user:x'), keyed('a', 'k'), keyed('a', 'l'))).toEqual([
          '3',
          '1 again',
          '4',
        ])
        expect(told).toEqual([1, 2, 3, 4])
        expect(log.head).toBe(4)
      })

      it('[H2] a key lives for ten minutes, then it is free again', async () => {
        await append(keyed('a', 'k'))
        opened.advance(599_999)
        expect(await append(keyed('a', 'k'))).toEqual(['1 again'])
        opened.advance(1)
        expect(await append(keyed('a', 'k'))).toEqual(['2'])
        expect(await append(keyed('a', 'k'))).toEqual(['2 again'])
      })

      it('[H2] a key outlives purges, deletes and trims', async () => {
        rules.set('t', { messages: 1, ageMs: DAY_MS })
        await append(keyed('a', 'k'), keyed('b', 'k'), keyed('t', 'k'))
        await log.purge('a')
        await log.remove('b', 2)
        await append(entry('t'), entry('t'), entry('t'))
        expect(await append(keyed('a', 'k'), keyed('b', 'k'), keyed('t', 'k'))).toEqual([
          '1 again',
          '2 again',
          '3 again',
        ])
      })

      it('[H2] [C4] an entry that is not stored claims its key without a seq', async () => {
        const told: number[] = []
        log.follow({ appended: messages => told.push(...seqs(messages)), removed: () => {} })
        expect(await append(keyed('e', 'k', 's', false), entry('e', '1', { stored: false }))).toEqual([
          'null',
          'null',
        ])
        expect(await append(keyed('e', 'k', 's', false))).toEqual(['null again'])
        expect([log.head, ...told]).toEqual([0])
      })
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
        opened.advance(5000)
        await publish(log, entry('a'), entry('b'))
        opened.advance(5000)
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
        opened.advance(999)
        expect(await keptOf('a')).toBe(3)
        opened.advance(1)
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
        opened.advance(1)
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
          { channel: 'a', after: 0, trimmed: 0, oldest: null },
          { channel: 'b', after: 3, trimmed: 4, oldest: null },
        ])
      })

      it('messages of one time stay in order when the clock goes back', async () => {
        await publish(log, entry('a'))
        opened.advance(-3_600_000)
        await publish(log, entry('a'))
        const { messages } = await log.page({ channel: 'a', limit: 10 })
        expect(messages[1]!.time).toBeGreaterThanOrEqual(messages[0]!.time)
      })
    })

    describe('history', () => {
      const page = async (query: { since?: number; before?: number; limit: number }) => {
        const { messages, more } = await log.page({ channel: 'a', ...query })
        return [...seqs(messages), more ? 'more' : 'end']
      }

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
        opened.advance(1000)
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
  })
}
