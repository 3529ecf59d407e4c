// What every log must do, whatever it stores in: run over each implementation. Knows only the interfaces.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { History, Retention } from '../../gateway/core/history.ts'
import type { Entry, Log } from '../../gateway/core/log.ts'
import { describeKept } from './log-kept-contract.ts'
import { entry, type LogUnderTest, publish, seqs } from './log-publish.ts'

export interface LogSetting {
  readonly retention: (channel: string) => Retention
  readonly maxBytes: number
}

export type OpenLog = (setting: LogSetting) => Promise<LogUnderTest>

const DAY_MS = 24 * 60 * 60 * 1000
const PLENTY = 1024 * 1024

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

    describeKept(() => opened, rules)
  })
}
