// Rule R3: a slow reader is served from the log at its own pace, and told when retention overtook it.

import { describe, expect, test } from 'vitest'
import { messagesOf, range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const rule = (match: string, messages: number) => ({
  match,
  subscribe: 'anyone',
  publish: 'nobody',
  history: { messages, age: '1h' },
})

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      channels: [{ ...rule('live:*', 0), history: false }, rule('few:*', 10), rule('*', 1000)],
      // Whoever takes nothing is closed after two beats, or a minute: a flood is shorter than the minute.
      heartbeat: '5m',
    },
  }),
)

/** 400 messages of 50 KB: 20 MB, beyond what the sockets' own buffers hold. */
const COUNT = 400
const PAD = 'x'.repeat(50_000)

async function flood(channel: string): Promise<void> {
  for (const first of range(0, COUNT / 10 - 1)) {
    const batch = range(first * 10 + 1, first * 10 + 10)
    const body = batch.map(number => ({ channel, data: { number, pad: PAD } }))
    const answer = await gateway().api('POST', '/api/publish', { body })
    expect(answer.status).toBe(200)
  }
}

const numbersOf = (frames: Parameters<typeof messagesOf>[0], channel?: string) =>
  messagesOf(frames, channel).map(frame => (frame.data as { number: number }).number)

describe.each(transports)('slow readers over $name', ({ name, open }) => {
  test('[R3] 20 MB behind, a reader gets everything in order, and nobody waits for it', async t => {
    const channel = `public:${name}`
    const slow = await open(t, gateway().url, { channels: channel })
    const quick = await open(t, gateway().url, { channels: channel })
    await slow.next('live')
    await quick.next('live')
    slow.pause()
    await flood(channel)
    await quick.next(frame => (frame.data as { number?: number })?.number === COUNT)
    expect(numbersOf(quick.frames)).toEqual(range(1, COUNT))
    expect(numbersOf(slow.frames).length).toBeLessThan(COUNT)
    slow.unpause()
    await slow.next(frame => (frame.data as { number?: number })?.number === COUNT)
    expect(numbersOf(slow.frames)).toEqual(range(1, COUNT))
    expect(slow.frames.some(frame => frame.type === 'gap')).toBe(false)
  })

  test('[R3] if retention overtakes a reader: gap `slow`, then what is left, then live', async t => {
    const channel = `few:${name}`
    const slow = await open(t, gateway().url, { channels: channel })
    await slow.next('live')
    slow.pause()
    await flood(channel)
    slow.unpause()
    const gap = await slow.next('gap')
    expect(gap).toMatchObject({ channel, reason: 'slow' })
    await slow.next(frame => (frame.data as { number?: number })?.number === COUNT)
    await slow.next('live')
    const at = slow.frames.indexOf(gap)
    const before = numbersOf(slow.frames.slice(0, at))
    const after = numbersOf(slow.frames.slice(at))
    expect(before).toEqual(range(1, before.length))
    expect(after).toEqual(range(COUNT + 1 - after.length, COUNT))
    expect(gap.oldest).toBe(messagesOf(slow.frames.slice(at))[0]!.id)
  })

  test('[R3] [C4] too slow for a channel without history: gap `no_history`, then what is left, in order', async t => {
    const channel = `live:${name}`
    const slow = await open(t, gateway().url, { channels: channel })
    await slow.next('live')
    slow.pause()
    await flood(channel)
    slow.unpause()
    const gap = await slow.next('gap')
    expect(gap).toMatchObject({ channel, reason: 'no_history', oldest: null })
    await slow.next(frame => (frame.data as { number?: number })?.number === COUNT)
    const at = slow.frames.indexOf(gap)
    const before = numbersOf(slow.frames.slice(0, at))
    const after = numbersOf(slow.frames.slice(at))
    expect(before).toEqual(range(1, before.length))
    expect(after).toEqual(range(COUNT + 1 - after.length, COUNT))
  })

  test('[R3] memory stays bounded while many readers stand still', async t => {
    const channel = `public:${name}-memory`
    const readers = await Promise.all(range(1, 20).map(() => open(t, gateway().url, { channels: channel })))
    for (const reader of readers) {
      await reader.next('live')
      reader.pause()
    }
    await flood(channel)
    const stats = await gateway().api('GET', `/api/connections?channel=${channel}`)
    const pending = (stats.json.connections as { pendingBytes?: number }[]).map(
      view => view.pendingBytes ?? 0,
    )
    expect(pending).toHaveLength(20)
    expect(Math.max(...pending)).toBeLessThan(200_000)
    for (const reader of readers) reader.cut()
  })
})
