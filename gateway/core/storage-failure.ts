// Tells a log that cannot be read or written for a while from an error that nobody expected. Knows no storage.

import type { Failure } from '../../shared/codes.ts'
import type { StorageFailure } from './log.ts'

/** What to tell a client whose request the log could not serve; null when the error is something else, a bug perhaps. */
export function storageFailureOf(error: unknown): Failure | null {
  const isOne = error instanceof Error && error.name === ('StorageFailure' satisfies StorageFailure['name'])
  return isOne ? (error as StorageFailure).failure : null
}
