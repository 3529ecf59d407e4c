// Which transport the client tries next. Outcomes go in, the choice comes out; no links.

import { expect, test } from 'vitest'
import { TransportChoice } from '../../clients/js/transport-choice.ts'

function fail(choice: TransportChoice, times: number): void {
  for (let each = 0; each < times; each++) choice.failed()
}

test('two attempts in a row that fail are enough to try the other way, and two more to come back', () => {
  const choice = new TransportChoice('auto')
  const tried: string[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    tried.push(choice.current)
    choice.failed()
  }
  expect(tried).toEqual(['websocket', 'websocket', 'sse', 'sse', 'websocket', 'websocket'])
})

test('where WebSocket never got through and SSE did at once, SSE stays', () => {
  const choice = new TransportChoice('auto')
  fail(choice, 2)
  choice.opened()
  choice.ended()
  expect(choice.current).toBe('sse')
})

test('where WebSocket once worked, SSE serves only until its link ends', () => {
  const choice = new TransportChoice('auto')
  choice.opened()
  choice.ended()
  fail(choice, 2)
  choice.opened()
  expect(choice.current).toBe('sse')
  choice.ended()
  expect(choice.current).toBe('websocket')
})

test('SSE that failed as well was an outage: WebSocket comes first again', () => {
  const choice = new TransportChoice('auto')
  fail(choice, 3)
  choice.opened()
  expect(choice.current).toBe('sse')
  choice.ended()
  expect(choice.current).toBe('websocket')
})

test('a transport chosen by the page is never left', () => {
  for (const wish of ['websocket', 'sse'] as const) {
    const choice = new TransportChoice(wish)
    choice.opened()
    choice.ended()
    fail(choice, 4)
    choice.opened()
    choice.ended()
    expect(choice.current).toBe(wish)
  }
})
