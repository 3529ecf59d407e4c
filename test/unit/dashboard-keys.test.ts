// The dashboard's keys and the rows of its long tables, without a page.

import { expect, test } from 'vitest'
import { rowsInView } from '../../dashboard/state/row-window.ts'
import { PAGE_KEYS, shortcutOf } from '../../dashboard/state/shortcuts.ts'

const at = (key: string, time = 0) => ({ key, time })

test('g and a letter lead to a page, unless the letter comes late', () => {
  for (const { key, page } of PAGE_KEYS)
    expect(shortcutOf(at('g'), at(key, 500)), key).toEqual({ name: 'page', page })
  expect(shortcutOf(at('g'), at('c', 5000))).toBeNull()
  expect(shortcutOf(at('x'), at('c'))).toBeNull()
  expect(shortcutOf(null, at('g'))).toBeNull()
})

test('a slash searches and a question mark explains, also after a g that led nowhere', () => {
  expect(shortcutOf(null, at('/'))).toEqual({ name: 'search' })
  expect(shortcutOf(at('g'), at('?', 10))).toEqual({ name: 'keys' })
})

test('of a long list the rows in view are drawn, and a few around them', () => {
  const rows = rowsInView(15_000, 40, -40_000, 800)
  expect(rows.first).toBeLessThanOrEqual(990)
  expect(rows.first).toBeGreaterThan(950)
  expect(rows.end).toBeGreaterThanOrEqual(1030)
  expect(rows.end).toBeLessThan(1080)
})

test('a list shorter than the view is drawn whole, and one far away not at all', () => {
  expect(rowsInView(5, 40, 100, 800)).toEqual({ first: 0, end: 5 })
  expect(rowsInView(0, 40, 100, 800)).toEqual({ first: 0, end: 0 })
  expect(rowsInView(100, 40, 50_000, 800)).toEqual({ first: 0, end: 0 })
  expect(rowsInView(100, 40, -50_000, 800)).toEqual({ first: 100, end: 100 })
})

test('scrolling by a row mostly changes nothing', () => {
  const draws = new Set(
    Array.from({ length: 600 }, (_, row) => JSON.stringify(rowsInView(15_000, 40, -400_000 - row * 40, 800))),
  )
  expect(draws.size).toBeLessThanOrEqual(202)
})
