// The parts of the bench that could lie: counting messages in cut chunks, and judging aims.

import { expect, test } from 'vitest'
import {
  MarkCounter,
  MESSAGE_BYTES,
  messageText,
  numbersIn,
  sentTimesIn,
  TextCarry,
  timedText,
} from '../../bench/message-text.ts'
import { judge } from '../../bench/verdict.ts'

const first = messageText(1_000_000)
const second = timedText(1_000_001, 12.5)

test('messages are all of one size', () => {
  expect([first.length, second.length]).toEqual([MESSAGE_BYTES, MESSAGE_BYTES])
})

test('wherever the bytes are cut, each message is counted once', () => {
  const bytes = Buffer.from(`{"data":${first}}{"data":${second}}`)
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
    const counter = new MarkCounter()
    const [numbers, times] = [new TextCarry(), new TextCarry()]
    expect(chunks.reduce((sum, chunk) => sum + counter.count(chunk), 0)).toBe(2)
    expect(chunks.flatMap(chunk => numbers.read(chunk, numbersIn))).toEqual([1_000_000, 1_000_001])
    expect(chunks.flatMap(chunk => times.read(chunk, sentTimesIn))).toEqual([12.5])
  }
})

const samples = new Map([
  ['own', [{ cost: 2 }, { cost: 4 }, { cost: 9 }]],
  ['other', [{ cost: 1 }, { cost: 4 }, { cost: 3 }]],
])
const about = { title: 'cost', figure: 'F1', samples }

test('an aim is judged by the median of the ratios of each round', () => {
  const verdict = judge({ measure: 'cost', of: 'own', to: 'other', atMost: 1.6 }, about)
  expect(verdict).toMatchObject({ found: { median: 2, min: 1, max: 3 }, aim: '≤ 1.6', isMet: false })
  expect(verdict!.beyond).toBeCloseTo(0.25)
})

test('an aim to reach at least, one of a figure by itself, and one without its contender', () => {
  const atLeast = judge({ measure: 'cost', of: 'own', to: 'other', atLeast: 2 }, about)
  expect(atLeast).toMatchObject({ aim: '≥ 2', isMet: true, beyond: 0 })
  const alone = judge({ measure: 'cost', of: 'own', to: null, atMost: 5 }, about)
  expect(alone).toMatchObject({ found: { median: 4 }, isMet: true })
  expect(judge({ measure: 'cost', of: 'own', to: 'absent', atMost: 1 }, about)).toBeNull()
})
