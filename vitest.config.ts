// The test projects, from the quick ones to the browser. Knows no tests.

import { defineConfig } from 'vitest/config'

/**
 * Deadlines are there for what hangs, not for what is slow: machines that do other things too are all right. A test is
 * given more than the waits in it (harness/deadline.ts), so that what fails is the wait, by its name.
 */
const DEADLINES = { testTimeout: 600_000, hookTimeout: 120_000, expect: { poll: { timeout: 45_000 } } }

const project = (name: string, folder: string, more: object = {}) => ({
  test: { name, include: [`test/${folder}/**/*.test.ts`], ...DEADLINES, ...more },
})

/** The quick projects run in threads of one process: a tenth less CPU than a process for each file. */
const here = { pool: 'threads' }

/** Two browsers and what they look at fill two cores: nothing else runs beside them. */
const last = { sequence: { groupOrder: 1 } }

export default defineConfig({
  test: {
    // Most scenarios wait for another process; a few at a time keep two cores busy.
    maxWorkers: 4,
    teardownTimeout: 60_000,
    projects: [
      project('architecture', 'architecture', here),
      project('unit', 'unit', here),
      project('contract', 'contract', here),
      project('scenario', 'scenarios'),
      project('browser', 'browser', { maxWorkers: 2, ...last }),
    ],
  },
})
