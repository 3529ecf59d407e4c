// Durations and sizes: what is one, what is none, and how bounds are shown.

import { expect, test } from 'vitest'
import { formatDuration, formatSize, parseDuration, parseSize } from '../../gateway/config/units.ts'

test.each([
  ['250ms', 250],
  ['10s', 10_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  ['500', 500],
  [500, 500],
  [0, 0],
])('duration %j is %d ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms)
})

test.each([
  '',
  's',
  '-1s',
  '10 sec',
  '1e3',
  '10S',
  '1.2345ms',
  '٣s',
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  undefined,
  true,
  ['10s'],
  '99999999999999999d',
  '10constructor',
  ' 10s',
])('%j is no duration', value => {
  expect(parseDuration(value)).toBeNull()
})

test.each([
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
  ['2GiB', 2_147_483_648],
  ['1.5KiB', 1536],
  ['2 GiB', 2_147_483_648],
  ['1000', 1000],
  [1000, 1000],
])('size %j is %d bytes', (written, bytes) => {
  expect(parseSize(written)).toBe(bytes)
})

test.each(['64KB', '64k', '1 mib', '-1KiB', '1.0001KiB', 'KiB', {}, [], -5, 0.5])('%j is no size', value => {
  expect(parseSize(value)).toBeNull()
})

test('bounds are shown in their largest whole unit', () => {
  expect([0, 250, 90_000, 3_600_000, 604_800_000].map(formatDuration)).toEqual([
    '0ms',
    '250ms',
    '90s',
    '1h',
    '7d',
  ])
  expect([1, 1000, 65_536, 1_048_576].map(formatSize)).toEqual(['1', '1000', '64KiB', '1MiB'])
})
