// The client's state machine: when it waits, how long, and when it stops. No sockets, no timers.

import { expect, test } from 'vitest'
import type { Backoff, Loss, State } from '../../clients/js/connection-state.ts'
import {
  lossOfClose,
  lossOfGoodbye,
  lossOfStatus,
  STABLE_MS,
  transition,
} from '../../clients/js/connection-state.ts'
import { CODES } from '../../shared/codes.ts'

const BACKOFF: Backoff = { firstMs: 1000, capMs: 30_000 }
const CUT: Loss = { code: 'connection_lost', reason: 'cut', reconnect: true }
const CONNECTING: State = { name: 'connecting', attempt: 0 }

function lose(state: State, loss: Loss = CUT, now = 0, random = 1): State {
  return transition(state, { name: 'lost', now, random, loss }, BACKOFF)
}

function welcome(state: State, now = 0): State {
  return transition(state, { name: 'welcome', now, transport: 'websocket', connection: 'c1' }, BACKOFF)
}

function waitOf(state: State, now = 0): number {
  if (state.name !== 'waiting') throw new Error(`expected waiting, got ${state.name}`)
  return state.until - now
}

test('each failed attempt doubles the bound of the random wait, up to the cap', () => {
  const waits: number[] = []
  let state: State = CONNECTING
  for (let attempt = 0; attempt < 7; attempt++) {
    state = lose(state)
    waits.push(waitOf(state))
    state = transition(state, { name: 'retry' }, BACKOFF)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

test('the wait is anywhere between nothing and its bound', () => {
  expect(waitOf(lose(CONNECTING, CUT, 0, 0))).toBe(0)
  expect(waitOf(lose(CONNECTING, CUT, 0, 0.25))).toBe(250)
})

test('only a connection that lasted starts the backoff anew', () => {
  const third: State = { name: 'connecting', attempt: 2 }
  expect(waitOf(lose(welcome(third, 0), CUT, STABLE_MS - 1), STABLE_MS - 1)).toBe(4000)
  expect(waitOf(lose(welcome(third, 0), CUT, STABLE_MS), STABLE_MS)).toBe(1000)
})

test('[R5] goodbye.after is the earliest moment to come back', () => {
  const loss = lossOfGoodbye({
    type: 'goodbye',
    code: 'unavailable',
    reason: 'restarting',
    reconnect: true,
    after: 4200,
  })
  expect(waitOf(lose(welcome(CONNECTING), loss, 0, 0))).toBe(4200)
})

test('a final loss stops it, and only a retry on purpose leaves that', () => {
  const stopped = lose(welcome(CONNECTING), { code: 'kicked', reason: 'by an operator', reconnect: false })
  expect(stopped).toMatchObject({ name: 'stopped', loss: { code: 'kicked' } })
  expect(lose(stopped)).toBe(stopped)
  expect(transition(stopped, { name: 'retry' }, BACKOFF)).toEqual(CONNECTING)
})

test('closed is for ever', () => {
  const closed = transition(welcome(CONNECTING), { name: 'close' }, BACKOFF)
  for (const name of ['retry', 'reopen', 'close'] as const) {
    expect(transition(closed, { name }, BACKOFF)).toBe(closed)
  }
  expect(welcome(closed)).toBe(closed)
  expect(lose(closed)).toBe(closed)
})

test('inputs that come late change nothing', () => {
  const waiting = lose(CONNECTING)
  expect(lose(waiting)).toBe(waiting)
  expect(welcome(waiting)).toBe(waiting)
  expect(transition(waiting, { name: 'reopen' }, BACKOFF)).toBe(waiting)
})

test('close codes say whether to come back, as the protocol lists them', () => {
  const back = [4408, 4429, 4500, 4503, 1001, 1005, 1006, 1011, 1012, 1013, 4999]
  const stop = [4400, 4401, 4403, 4404, 4410, 4413, 1002, 1003, 1007, 1009]
  expect(back.filter(code => !lossOfClose(code, '').reconnect)).toEqual([])
  expect(stop.filter(code => lossOfClose(code, '').reconnect)).toEqual([])
  expect(lossOfClose(4410, 'bye')).toEqual({ code: 'kicked', reason: 'bye', reconnect: false })
})

test('[S5] statuses of a refused stream are final only where the protocol says so', () => {
  for (const row of Object.values(CODES)) expect(lossOfStatus(row.status, '').reconnect).toBe(row.reconnect)
  expect(lossOfStatus(502, '').reconnect).toBe(true)
})
