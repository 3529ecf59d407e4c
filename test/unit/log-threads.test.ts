// A machine that has no thread to give: what threads would do for the log is done without them, and nothing is lost.

import { expect, it, onTestFinished, vi } from 'vitest'
import type { Message } from '../../gateway/core/log.ts'
import { isSound } from '../../gateway/log/check.ts'
import { entry } from '../contract/log-publish.ts'
import { makeFolder, openLog } from './log-folder.ts'

vi.mock(import('node:worker_threads'), async load => {
  class Worker {
    constructor() {
      throw new Error('Worker initialization failure: EAGAIN')
    }
  }
  return { ...(await load()), Worker: Worker as never }
})

it('[R4] what is committed is told to followers, though no thread can be had for the checkpoint', async () => {
  const log = await openLog(makeFolder(), { maxWalBytes: 1024 * 1024 })
  const told: Message[] = []
  onTestFinished(log.follow({ appended: messages => told.push(...messages), removed: () => {} }))
  for (let at = 0; at < 40; at += 1) await log.append([[entry('a', `"${'x'.repeat(50_000)}"`)]])
  expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
})

it('[R6] whether a file is sound cannot be told without a thread, which is no reason to fail', async () => {
  expect(await isSound('/nowhere/log.db')).toBe(false)
})
