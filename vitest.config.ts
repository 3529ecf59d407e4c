// The test projects, from the quick ones to the browser. Knows no tests.

import { defineConfig } from 'vitest/config'

const project = (name: string, folder: string, more: object = {}) => ({
  test: { name, include: [`test/${folder}/**/*.test.ts`], ...more },
})

/** Two browsers and what they look at fill two cores: nothing else runs beside them. */
const last = { sequence: { groupOrder: 1 } }

export default defineConfig({
  test: {
    // Most scenarios wait for another process; a few at a time keep two cores busy.
    maxWorkers: 4,
    projects: [
      project('architecture', 'architecture'),
      // Deadlines are there for what hangs, not for what is slow: machines that do other things too are all right.
      project('unit', 'unit', { testTimeout: 20_000 }),
      project('contract', 'contract', { testTimeout: 20_000 }),
      project('scenario', 'scenarios', { testTimeout: 30_000, hookTimeout: 30_000 }),
      project('browser', 'browser', { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 2, ...last }),
    ],
  },
})
