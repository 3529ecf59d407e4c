// Rule R5 under load: 2,000 connections leave and come back without a crowd, publishes go on, and nothing is lost.

import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { ReturningClient } from '../harness/returning-client.ts'
import type { Scope } from '../harness/scope.ts'

const CLIENTS = 2000
const CHANNEL = 'public:load'
const WINDOW_MS = 5000
const SLICE_MS = 100
/** For a busy machine; less than what a gateway that hangs is rescued by. */
const SLOW_MS = 20_000

async function openClients(scope: Scope, port: number): Promise<ReturningClient[]> {
  const clients: ReturningClient[] = []
  while (clients.length < CLIENTS) {
    const group = range(1, 50).flatMap(() => [
      new ReturningClient(scope, port, '/ws', CHANNEL),
      new ReturningClient(scope, port, '/sse', CHANNEL),
    ])
    clients.push(...group)
    await poll(async () => (group.every(client => client.arrivals.length === 1) ? true : null), 'to be live')
  }
  return clients
}

interface Attempt {
  readonly number: number
  readonly begunAt: number
  readonly endedAt: number
  readonly status: number | null
}

/** Publishes one number after the other, each until it is acknowledged; keys keep a repeated one from counting twice. */
function publishOn(gateway: Gateway): { attempts: Attempt[]; stop: () => Promise<number> } {
  const attempts: Attempt[] = []
  let isStopped = false
  let number = 0
  const publish = async (): Promise<number | null> => {
    const body = { channel: CHANNEL, data: number, key: `k${number}` }
    // Each on a connection of its own: a kept one may be closed by an idle server at any moment.
    const headers = { Connection: 'close' }
    const answer = await gateway.api('POST', '/api/publish', { body, headers }).catch(() => null)
    return answer?.status ?? null
  }
  const loop = async (): Promise<number> => {
    while (!isStopped) {
      number += 1
      let status: number | null = null
      while (status !== 200) {
        const begunAt = performance.now()
        status = await publish()
        attempts.push({ number, begunAt, endedAt: performance.now(), status })
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
    return number
  }
  const done = loop()
  return {
    attempts,
    stop() {
      isStopped = true
      return done
    },
  }
}

/** The part of these moments that lie in the fullest slice. */
function fullestSlice(times: readonly number[]): number {
  const slices = Map.groupBy(times, time => Math.floor(time / SLICE_MS))
  return Math.max(...[...slices.values()].map(slice => slice.length)) / times.length
}

test('[R5] 2,000 connections under load: publishes are answered, all resume on the next process, spread, nothing lost', async t => {
  const gateway = await startGateway(t, { config: { drain: WINDOW_MS } })
  const clients = await openClients(t, gateway.port)
  const publisher = publishOn(gateway)
  await poll(async () => (publisher.attempts.length >= 10 ? true : null), 'ten publishes')

  const drainedAt = performance.now()
  expect(await gateway.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  const exitMs = performance.now() - drainedAt
  await gateway.restart()
  const back = () => clients.filter(({ arrivals }) => arrivals.length === 2).length
  await poll(async () => (back() === CLIENTS ? true : null), 'all to be back')
  const last = await publisher.stop()
  const complete = () => clients.filter(({ data }) => data.at(-1) === last).length
  await poll(async () => (complete() === CLIENTS ? true : null), 'all to have the last message')

  for (const { data, gaps } of clients) {
    expect(data).toEqual(range(1, last))
    expect(gaps).toBe(0)
  }
  // The window begins when the signal arrives, so this is not longer. What was sent in it and answered later may have met
  // its end, on a busy machine.
  const inWindow = publisher.attempts.filter(({ endedAt }) => endedAt < drainedAt + WINDOW_MS)
  expect(inWindow.filter(({ status }) => status !== 200)).toEqual([])
  expect(inWindow.some(({ endedAt }) => endedAt > drainedAt)).toBe(true)
  // One that hangs has its end far behind the window, with whatever came of it.
  const early = publisher.attempts.filter(({ begunAt }) => begunAt < drainedAt + WINDOW_MS / 2)
  expect(early.filter(({ status }) => status !== 200)).toEqual([])
  expect(Math.max(...early.map(({ begunAt, endedAt }) => endedAt - begunAt))).toBeLessThan(SLOW_MS)
  const firstAfters = clients.map(({ goodbyes }) => goodbyes[0]!.after!)
  expect(Math.min(...firstAfters)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...firstAfters)).toBeLessThanOrEqual(WINDOW_MS)
  expect(fullestSlice(firstAfters)).toBeLessThan(0.1)
  expect(exitMs).toBeGreaterThan(WINDOW_MS - 100)
  expect(exitMs).toBeLessThan(WINDOW_MS + SLOW_MS)
})
