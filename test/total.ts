// How many tests passed and failed, from the JSON report of the test runner. Knows no tests.

import { readFileSync } from 'node:fs'

export interface Total {
  passed: number
  failed: number
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

/** Counts tests; a file that could not be read, or a runner that failed without a failed test, is one failure. */
export function countTests(path: string, succeeded: boolean): Total {
  const report = read(path)
  if (report === null) return { passed: 0, failed: 1 }
  const brokenFiles = report.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + brokenFiles
  return { passed: report.numPassedTests, failed: failed === 0 && !succeeded ? 1 : failed }
}

function read(path: string): Report | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
