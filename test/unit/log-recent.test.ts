// What was used lately stays; what was not goes, a generation later.

import { expect, test } from 'vitest'
import { Recent } from '../../gateway/log/recent.ts'

test('what was used since the last ageing is never forgotten by the next', () => {
  const recent = new Recent<string, number>(2)
  recent.set('used', 1)
  recent.set('unused', 2)
  recent.age()
  expect(recent.get('used')).toBe(1)
  recent.set('new', 3)
  recent.age()
  expect(['used', 'unused', 'new'].map(key => recent.get(key))).toEqual([1, undefined, 3])
})

test('nothing is forgotten before a generation is full', () => {
  const recent = new Recent<number, number>(3)
  for (const key of [1, 2]) {
    recent.set(key, key)
    recent.age()
    recent.age()
  }
  expect([1, 2].map(key => recent.get(key))).toEqual([1, 2])
})

test('what is deleted is gone from both generations', () => {
  const recent = new Recent<string, number>(1)
  recent.set('a', 1)
  recent.age()
  recent.get('a')
  recent.delete('a')
  expect(recent.get('a')).toBeUndefined()
  recent.set('b', 2)
  recent.age()
  recent.clear()
  expect(recent.get('b')).toBeUndefined()
})
