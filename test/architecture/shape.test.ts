// How files look: their size, their first line, their names. Knows no imports and no behaviour.

import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { sourceFiles } from './source-file.ts'

const WARN_LINES = 300
const MAX_LINES = 400

const files = sourceFiles()

test(`no file is longer than ${MAX_LINES} lines; over ${WARN_LINES} is told`, () => {
  const length = (lines: readonly string[]) => (lines.at(-1) === '' ? lines.length - 1 : lines.length)
  const long = files.filter(file => length(file.lines) > WARN_LINES)
  for (const file of long) process.stdout.write(`long: ${file.path} has ${length(file.lines)} lines\n`)
  const over = long.filter(file => length(file.lines) > MAX_LINES)
  expect(over.map(file => `${file.path}: ${length(file.lines)} lines`)).toEqual([])
})

test('the first line of every file says what it is for', () => {
  const silent = files.filter(file => {
    const [first, second] = file.lines
    const line = first?.startsWith('#!') ? second : first
    return !/^(\/\/|\/\*\*?) \S.{9,}/.test(line ?? '')
  })
  expect(silent.map(file => file.path)).toEqual([])
})

test('no folder or file is named for nothing in particular', () => {
  const vague = /^(utils?|helpers?|common|misc|types|lib|index)$/
  const wrong = files.filter(file => {
    const folders = dirname(file.path).split('/')
    const name = basename(file.path).replace(/\..*$/, '')
    const isPage = file.path.startsWith('examples/') || file.path === 'clients/js/index.ts'
    return folders.some(folder => vague.test(folder)) || (vague.test(name) && !isPage)
  })
  expect(wrong.map(file => file.path)).toEqual([])
})

test('no class is a Manager, Service, Helper or Util', () => {
  const wrong = files.filter(file => /\bclass \w*(Manager|Service|Helper|Util)s?\b/.test(file.text))
  expect(wrong.map(file => file.path)).toEqual([])
})

test('nothing is left to do in comments, and no check is silenced wholesale', () => {
  // Put together so that this file does not find itself.
  const marks = new RegExp(
    `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b|@ts-(${['ignore', 'no' + 'check'].join('|')})`,
  )
  const wrong = files.filter(file => marks.test(file.text))
  expect(wrong.map(file => file.path)).toEqual([])
})
