// Pulling from the tail: several channels merged in the order of arrival, a chunk at a time, with nothing passed over.

import { expect, test } from 'vitest'
import { BUILT_IN_RULES } from '../../gateway/core/channel-rules.ts'
import { CHUNK_BYTES, LiveChannel } from '../../gateway/core/live-channel.ts'
import { isOwn, type Place, pullFromTail } from '../../gateway/core/pull.ts'
import { Subscription } from '../../gateway/core/subscription.ts'
import { Tail } from '../../gateway/core/tail.ts'
import { webSocketEncoder } from '../../gateway/transports/ws-frame.ts'
import { readWebSocket } from '../core/wire.ts'
import { seededRandom } from '../harness/seed.ts'

const OWNER = { touch: () => false, visit: () => {}, settle: () => {}, notify: () => {}, takeTurn: () => {} }

const channelOf = (name: string, hasHistory: boolean) =>
  new LiveChannel(
    name,
    { ...BUILT_IN_RULES[1]!, history: hasHistory ? { messages: 1, ageMs: 1 } : null },
    ZERO,
  )

const ZERO: Place = { seq: 0, order: 0 }

/** Random messages over channels with and without history; some are large. */
function fill(random: () => number, tail: Tail, channels: readonly LiveChannel[]): string[] {
  const expected: string[] = []
  let seq = 0
  for (let number = 0; number < 120; number += 1) {
    const channel = channels[Math.floor(random() * channels.length)]!
    const data = `"${number}${'.'.repeat(random() < 0.3 ? random() * 30_000 : 0)}"`
    const message = { channel: channel.name, time: 0, data, sender: random() < 0.2 ? 'me' : undefined }
    if (channel.hasHistory) tail.appendStored(channel, message, `id-${++seq}`, seq)
    else tail.appendUnstored(channel, message)
    if (message.sender === undefined) expected.push(data)
  }
  return expected
}

function pullAll(subscriptions: readonly Subscription[], onChunk: (bytes: number) => void): string[] {
  const got: string[] = []
  let place: Place | null = ZERO
  for (let chunks = 0; place !== null; chunks += 1) {
    expect(chunks).toBeLessThan(1000)
    const pulled = pullFromTail(subscriptions, place, webSocketEncoder, 'me')
    const chunk = Buffer.concat(pulled.buffers)
    onChunk(chunk.length)
    const sent = readWebSocket(chunk)
    got.push(...sent.map(({ frame }) => JSON.stringify(frame.data)))
    place = pulled.stoppedAt
  }
  return got
}

test('[C2] [R3] random channels come out merged, whole, at most a chunk and a message at a time', () => {
  const random = seededRandom()
  for (let round = 0; round < 20; round += 1) {
    const tail = new Tail(0, Number.POSITIVE_INFINITY)
    const channels = ['a', 'b', 'c', 'u'].map(name => channelOf(name, name !== 'u'))
    const expected = fill(random, tail, channels)
    const subscriptions = channels.map(channel => new Subscription(OWNER, channel))
    const got = pullAll(subscriptions, bytes => expect(bytes).toBeLessThan(CHUNK_BYTES + 31_000))
    expect(got).toEqual(expected)
  }
})

test('[C2] a shared chunk ends at its bytes, and the next begins after it', () => {
  const tail = new Tail(0, Number.POSITIVE_INFINITY)
  const channel = channelOf('a', true)
  const data = `"${'.'.repeat(10_000)}"`
  for (let seq = 1; seq <= 20; seq += 1)
    tail.appendStored(channel, { channel: 'a', time: 0, data }, `${seq}`, seq)
  const first = channel.chunkAfter(0, 0, webSocketEncoder)!
  const second = channel.chunkAfter(first.last.seq, 0, webSocketEncoder)!
  expect([first.last.seq, first.count, second.first.seq]).toEqual([7, 7, 8])
  expect(channel.chunkAfter(7, 0, webSocketEncoder)).toBe(second)
})

test('a remembered chunk is not given once a message came, or one of its messages is gone', () => {
  const tail = new Tail(0, Number.POSITIVE_INFINITY)
  const channel = channelOf('a', true)
  const append = (seq: number) =>
    tail.appendStored(channel, { channel: 'a', time: 0, data: String(seq) }, `${seq}`, seq)
  const dataOf = (after = 0) => {
    const chunk = channel.chunkAfter(after, 0, webSocketEncoder)
    return chunk && readWebSocket(chunk.buffer).map(({ frame }) => frame.data)
  }
  append(1)
  append(2)
  expect(dataOf()).toEqual([1, 2])
  append(3)
  expect(dataOf()).toEqual([1, 2, 3])
  channel.removeOne(2)
  expect(dataOf()).toEqual([1, 3])
  channel.removeThrough(1)
  // Only the log can tell whoever lacks the first of it.
  expect(dataOf()).toBeNull()
  expect(dataOf(1)).toEqual([3])
  expect(channel.evictedSeq).toBe(1)
})

test('[R3] the tail keeps to its bytes, oldest out first, and its channels know what they lost', () => {
  const tail = new Tail(0, 31_000)
  const channels = [channelOf('a', true), channelOf('b', true)]
  for (let seq = 1; seq <= 100; seq += 1) {
    const channel = channels[seq % 2]!
    tail.appendStored(channel, { channel: channel.name, time: 0, data: '.'.repeat(750) }, `${seq}`, seq)
  }
  const kept = channels.map(({ entries }) =>
    Array.from({ length: entries.length }, (_, at) => entries.at(at)!.seq),
  )
  expect(kept).toEqual([
    [92, 94, 96, 98, 100],
    [91, 93, 95, 97, 99],
  ])
  expect(channels.map(({ evictedSeq }) => evictedSeq)).toEqual([90, 89])
})

test.each([
  [{}, undefined, false],
  [{ sender: 'x' }, undefined, false],
  [{ sender: 'x' }, 'y', false],
  [{ sender: 'x' }, 'x', true],
  [{}, 'x', false],
])('[H4] the message %j is the own of the sender %s: %s', (message, sender, isTheirs) => {
  expect(isOwn(message, sender)).toBe(isTheirs)
})
