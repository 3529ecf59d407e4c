// Peers that take nothing: given up after a minute (rule R3), however the socket became busy; and never when nothing waits.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Core, type Peer } from '../core/core.ts'
import { FakeLink } from '../core/fake-link.ts'
import { turns } from '../core/late-log.ts'

const MINUTE_MS = 60_000

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

async function openStalled(core: Core): Promise<Peer> {
  const peer = core.connect(['a'], { link: new FakeLink('sse') })
  await turns(3)
  peer.link.isStalled = true
  return peer
}

test.each(['a message', 'a heartbeat'])('[R3] who takes nothing of %s for a minute is closed', async what => {
  const core = new Core()
  const peer = await openStalled(core)
  if (what === 'a message') await core.publish('a')
  else peer.session.beat()
  await turns(3)
  await vi.advanceTimersByTimeAsync(MINUTE_MS - 1000)
  expect(peer.link.ended).toBeNull()
  await vi.advanceTimersByTimeAsync(2000)
  expect(peer.link.ended?.code).toBe('timeout')
  expect(core.hub.subscriptions).toBe(0)
})

test('[R3] who takes a little each minute stays', async () => {
  const core = new Core()
  const peer = await openStalled(core)
  await core.publish('a')
  await turns(3)
  for (let minute = 0; minute < 10; minute += 1) {
    peer.link.take(1)
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1000)
  }
  expect(peer.link.ended).toBeNull()
})

test('[R3] who has taken everything may be silent for as long as it likes', async () => {
  const core = new Core()
  const peer = await openStalled(core)
  await core.publish('a')
  await turns(3)
  await vi.advanceTimersByTimeAsync(1000)
  peer.link.isStalled = false
  peer.link.take()
  await turns(3)
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS)
  expect(peer.link.ended).toBeNull()
  await core.publish('a')
  await turns(3)
  expect(peer.link.of('message')).toHaveLength(2)
})

test('a connection that ends takes its timers with it', async () => {
  const core = new Core()
  const peer = await openStalled(core)
  const before = vi.getTimerCount()
  await core.publish('a')
  await turns(3)
  peer.link.die()
  expect(vi.getTimerCount()).toBeLessThanOrEqual(before)
})

test("[R3] who takes nothing as Node sees it stays, while the peer's system acknowledges; then it has its minute", async () => {
  const core = new Core()
  const peer = await openStalled(core)
  await core.publish('a')
  await turns(3)
  for (let bytes = 0; bytes < 10_000_000; bytes += 500_000) {
    peer.link.kernel = { bytes, underWay: 4_000_000 }
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1000)
  }
  expect(peer.link.ended).toBeNull()
  await vi.advanceTimersByTimeAsync(12_000)
  expect(peer.link.ended?.code).toBe('timeout')
})

test('[R3] who takes nothing at all is closed after 60 to 70 s, whether or not the kernel tells', async () => {
  const core = new Core()
  const quiet = await openStalled(core)
  const told = await openStalled(core)
  told.link.kernel = { bytes: 128_000, underWay: 4_000_000 }
  await core.publish('a')
  await turns(3)
  await vi.advanceTimersByTimeAsync(MINUTE_MS - 1000)
  expect([quiet.link.ended, told.link.ended]).toEqual([null, null])
  await vi.advanceTimersByTimeAsync(11_000)
  expect([quiet.link.ended?.code, told.link.ended?.code]).toEqual(['timeout', 'timeout'])
})

test.each([
  ['tells', { bytes: 128_000, underWay: 4_000_000 }],
  ['does not tell', null],
])('[R3] who takes nothing is closed, though it sends; the kernel %s', async (_, kernel) => {
  const core = new Core()
  const peer = await openStalled(core)
  peer.link.kernel = kernel
  await core.publish('a')
  for (let second = 0; second < 70; second += 1) {
    peer.link.receive(100)
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(peer.link.ended?.code).toBe('timeout')
})
