// Notices that the log's files were moved or deleted under the running gateway: an open file lives on without its name,
// what is committed to it is gone with the process, and a lock on it keeps nobody out. Knows no SQLite.

import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LOCK_FILE } from './lock.ts'

/** The files are not where they were. */
export class LogMoved extends Error {
  override readonly name = 'LogMoved'
}

interface Identity {
  readonly path: string
  readonly ino: number
  readonly dev: number
}

export class LogFiles {
  readonly #files: readonly Identity[]

  /** Remembers the database at `path`, its write-ahead log, which holds the newest commits, and the lock; all are open by now. */
  constructor(path: string) {
    this.#files = [path, `${path}-wal`, join(dirname(path), LOCK_FILE)].flatMap(each => {
      const found = statSync(each, { throwIfNoEntry: false })
      return found ? [{ path: each, ino: found.ino, dev: found.dev }] : []
    })
  }

  /** Throws `LogMoved` unless the names still lead to the files that are open. About 2 µs a file. */
  assertInPlace(): void {
    for (const { path, ino, dev } of this.#files) {
      const found = look(path)
      if (found === undefined) throw new LogMoved(`The log's file ${path} was moved or deleted`)
      if (found.ino !== ino || found.dev !== dev)
        throw new LogMoved(`Another file was put in place of ${path}`)
    }
  }
}

function look(path: string): { ino: number; dev: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // The folder itself may have become a file, or unreadable.
    throw new LogMoved(`The log's file ${path} cannot be found any more (${(error as Error).message})`)
  }
}
