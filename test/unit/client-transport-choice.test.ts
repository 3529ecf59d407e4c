// Which transport the client tries next. Outcomes go in, the choice comes out; no links.

import { expect, test } from 'vitest'
import { REMEMBERED_MS, TransportChoice } from '../../clients/js/transport-choice.ts'

const forgetful = { read: () => 0, write: () => {} }
const autoChoice = () => new TransportChoice('auto', forgetful, 0)

function fail(choice: TransportChoice, times: number): void {
  for (let each = 0; each < times; each++) choice.failed()
}

test('two attempts in a row that fail are enough to try the other way, and two more to come back', () => {
  const choice = autoChoice()
  const tried: string[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    tried.push(choice.current)
    choice.failed()
  }
  expect(tried).toEqual(['websocket', 'websocket', 'sse', 'sse', 'websocket', 'websocket'])
})

test('where WebSocket never got through and SSE did at once, SSE stays', () => {
  const choice = autoChoice()
  fail(choice, 2)
  choice.opened(0)
  choice.ended(0)
  expect(choice.current).toBe('sse')
})

test('where WebSocket once worked, SSE serves only until its link ends', () => {
  const choice = autoChoice()
  choice.opened(0)
  choice.ended(0)
  fail(choice, 2)
  choice.opened(0)
  expect(choice.current).toBe('sse')
  choice.ended(0)
  expect(choice.current).toBe('websocket')
})

test('SSE that failed as well was an outage: WebSocket comes first again', () => {
  const choice = autoChoice()
  fail(choice, 3)
  choice.opened(0)
  expect(choice.current).toBe('sse')
  choice.ended(0)
  expect(choice.current).toBe('websocket')
})

test('a transport chosen by the page is never left', () => {
  for (const wish of ['websocket', 'sse'] as const) {
    const choice = new TransportChoice(wish, forgetful, 0)
    choice.opened(0)
    choice.ended(0)
    fail(choice, 4)
    choice.opened(0)
    choice.ended(0)
    expect(choice.current).toBe(wish)
  }
})

test('what a proxy lets through is remembered for a while, over visits, and then tried again', () => {
  let untilMs = 0
  const memory = {
    read: () => untilMs,
    write(ms: number) {
      untilMs = ms
    },
  }
  const first = new TransportChoice('auto', memory, 0)
  fail(first, 2)
  first.opened(1000)
  expect(untilMs).toBe(1000 + REMEMBERED_MS)
  const second = new TransportChoice('auto', memory, 2000)
  expect(second.current).toBe('sse')
  second.opened(2000)
  second.ended(3000)
  expect(second.current).toBe('sse')
  // Its own success does not prolong the memory: else WebSocket would never be tried again.
  second.opened(3000)
  second.ended(1000 + REMEMBERED_MS)
  expect(second.current).toBe('websocket')
  expect(new TransportChoice('auto', memory, 1000 + REMEMBERED_MS).current).toBe('websocket')
})

test('an outage leaves nothing to remember', () => {
  const written: number[] = []
  const choice = new TransportChoice('auto', { read: () => 0, write: ms => written.push(ms) }, 0)
  fail(choice, 3)
  choice.opened(0)
  expect(written).toEqual([])
})
