// Heartbeats and expiry on a clock that the test moves.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Connection } from '../../gateway/core/connection.ts'
import { watchExpiry } from '../../gateway/core/expiry.ts'
import { Heartbeat } from '../../gateway/core/heartbeat.ts'
import type { Identity } from '../../gateway/core/identity.ts'

const HOUR_MS = 60 * 60 * 1000
const HEARTBEAT_MS = 25_000

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A connection that writes down when it beats and how it ends. */
function listen(heartbeat: Heartbeat, more: { answersHeartbeats: boolean }) {
  const peer = {
    progress: 0,
    beats: [] as number[],
    closed: null as string | null,
  }
  const link = {
    address: '127.0.0.1',
    transport: 'sse' as const,
    answersHeartbeats: more.answersHeartbeats,
    progress: () => peer.progress,
    taken: async () => null,
  }
  const connection: Connection = {
    id: 'c',
    user: undefined,
    identity: { kind: 'anonymous' },
    link,
    pendingBytes: 0,
    givenBytes: 0,
    view: neverLooked,
    detail: neverLooked,
    beat: () => void peer.beats.push(Date.now()),
    close: code => {
      peer.closed = code
      heartbeat.remove(connection)
    },
  }
  heartbeat.add(connection)
  return peer
}

function neverLooked(): never {
  throw new Error('not looked at')
}

test('[S4] every connection beats at least once in an interval, whenever it came, until it is removed', () => {
  const heartbeat = new Heartbeat(HEARTBEAT_MS)
  const peers: { from: number; peer: ReturnType<typeof listen> }[] = []
  for (let count = 0; count < 120; count += 1) {
    peers.push({ from: Date.now(), peer: listen(heartbeat, { answersHeartbeats: false }) })
    vi.advanceTimersByTime(417)
  }
  vi.advanceTimersByTime(4 * HEARTBEAT_MS)
  for (const { from, peer } of peers) {
    const times = [from, ...peer.beats, Date.now()]
    const waits = times.slice(1).map((time, index) => time - times[index]!)
    expect(Math.max(...waits)).toBeLessThanOrEqual(HEARTBEAT_MS)
    expect(Math.min(...waits.slice(0, -1))).toBeGreaterThan(HEARTBEAT_MS / 2)
    expect(peer.closed).toBeNull()
  }
  heartbeat.stop()
})

test('[S4] late timers do not add up to a late beat', () => {
  const LATE = 1.3
  const start = Date.now()
  vi.spyOn(performance, 'now').mockImplementation(() => (Date.now() - start) * LATE)
  const heartbeat = new Heartbeat(HEARTBEAT_MS)
  const peer = listen(heartbeat, { answersHeartbeats: false })
  vi.advanceTimersByTime(4 * HEARTBEAT_MS)
  const waits = peer.beats.map((beat, index) => LATE * (beat - (peer.beats[index - 1] ?? start)))
  expect(waits.length).toBeGreaterThan(4)
  expect(Math.max(...waits)).toBeLessThanOrEqual(HEARTBEAT_MS)
  heartbeat.stop()
})

test('[W5] two beats without a sign of life end a connection that has to answer, and no other', () => {
  const heartbeat = new Heartbeat(HEARTBEAT_MS)
  const silent = listen(heartbeat, { answersHeartbeats: true })
  const reader = listen(heartbeat, { answersHeartbeats: false })
  const alive = listen(heartbeat, { answersHeartbeats: true })
  for (let beat = 0; beat < 6; beat += 1) {
    alive.progress += 1
    vi.advanceTimersByTime(HEARTBEAT_MS)
    if (beat === 0) expect(silent.closed).toBeNull()
  }
  expect([silent.closed, reader.closed, alive.closed]).toEqual(['timeout', null, null])
  expect(silent.beats).toHaveLength(1)
  heartbeat.stop()
})

test('[S4] [W5] a wall clock that jumps by minutes, days and years changes no beat, and ends nobody', () => {
  const heartbeat = new Heartbeat(HEARTBEAT_MS)
  const begun = performance.now()
  const alive = listen(heartbeat, { answersHeartbeats: true })
  const silent = listen(heartbeat, { answersHeartbeats: true })
  const looks: number[] = []
  const jumps = [1, -1, 60 * 24, -60 * 24 * 400, 60 * 24 * 365 * 70].map(minutes => minutes * 60_000)
  for (let beat = 0; beat < 20; beat += 1) {
    vi.setSystemTime(Date.now() + jumps[beat % jumps.length]!)
    alive.progress += 1
    vi.advanceTimersByTime(HEARTBEAT_MS)
    looks.push(alive.beats.length)
    if (silent.closed !== null && silent.progress === 0) silent.progress = performance.now() - begun
  }
  expect(alive.closed).toBeNull()
  const more = looks.slice(1).map((count, index) => count - looks[index]!)
  expect([Math.min(...more), Math.max(...more)]).toEqual([1, 2])
  expect(silent.progress).toBe(2 * HEARTBEAT_MS)
  heartbeat.stop()
})

/** Watches an identity and writes down what happens after how many milliseconds. */
function watch(lifeMs: number): { happened: [string, number][]; stop: () => void } {
  const from = Date.now()
  const happened: [string, number][] = []
  const holder = {
    send: () => void happened.push(['expiring', Date.now() - from]),
    close: (code: string) => void happened.push([code, Date.now() - from]),
  }
  const identity: Identity = {
    kind: 'client',
    subscribe: () => true,
    publish: () => true,
    expires: from + lifeMs,
  }
  return { happened, stop: watchExpiry(holder, identity, Date.now) }
}

test.each([
  ['an hour', HOUR_MS],
  ['the longest timer', 2 ** 31 - 1 + 60_000],
  ['a millisecond more', 2 ** 31 + 60_000],
  ['ten weeks', 70 * 24 * HOUR_MS],
])('[W4] a token of %s is warned about 60 s before, and ends in time', (_, lifeMs) => {
  const { happened } = watch(lifeMs)
  vi.advanceTimersByTime(lifeMs - 60_001)
  expect(happened).toEqual([])
  vi.advanceTimersByTime(1)
  expect(happened).toEqual([['expiring', lifeMs - 60_000]])
  vi.advanceTimersByTime(59_999)
  expect(happened).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(happened[1]).toEqual(['unauthorized', lifeMs])
})

test('[W4] a shorter token is warned about at once, an ended one ends', () => {
  const short = watch(1000)
  const ended = watch(-5)
  vi.advanceTimersByTime(0)
  expect(short.happened).toEqual([['expiring', 0]])
  vi.advanceTimersByTime(1000)
  expect(short.happened[1]).toEqual(['unauthorized', 1000])
  expect(ended.happened.map(([what]) => what)).toEqual(['expiring', 'unauthorized'])
})

test('[W3] a renewed token stops the old one from ending anything, at any point', () => {
  const early = watch(HOUR_MS)
  early.stop()
  const warned = watch(HOUR_MS)
  vi.advanceTimersByTime(HOUR_MS - 1000)
  warned.stop()
  vi.advanceTimersByTime(HOUR_MS)
  expect([early.happened.length, warned.happened.length]).toEqual([0, 1])
  expect(vi.getTimerCount()).toBe(0)
})

test('an operator’s stream lives as long as the session, which moves on with each use', () => {
  const from = Date.now()
  let session = from + HOUR_MS
  const closed: [string, string, number][] = []
  const identity: Identity = {
    kind: 'operator',
    user: 'eva',
    session: 's',
    role: 'viewer',
    expires: session,
    hasEnded: () => session <= Date.now(),
  }
  const fail = () => {
    throw new Error('an operator has no token that could end')
  }
  const close = (code: string, reason: string) => void closed.push([code, reason, Date.now() - from])
  watchExpiry({ send: fail, close }, identity, Date.now)
  vi.advanceTimersByTime(HOUR_MS - 1)
  session += HOUR_MS
  vi.advanceTimersByTime(HOUR_MS)
  expect(closed).toEqual([])
  vi.advanceTimersByTime(1)
  expect(closed).toEqual([['unauthorized', 'The session has ended: sign in again.', 2 * HOUR_MS]])
  expect(vi.getTimerCount()).toBe(0)
})

test('an identity without an end sets no timer', () => {
  const fail = () => {
    throw new Error('nothing ends')
  }
  watchExpiry({ send: fail, close: fail }, { kind: 'anonymous' }, Date.now)()
  expect(vi.getTimerCount()).toBe(0)
})
