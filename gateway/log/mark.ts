// The small file beside the database that remembers which database it belongs to. Knows no SQLite.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface MarkContent {
  readonly incarnation: string
  /** The incarnation before, while a start is under way. */
  readonly previous?: string | undefined
  readonly stopped: boolean
}

// The head stands first, in a field of fixed width, so that it can be overwritten in place after each commit.
const HEAD_DIGITS = 16

export class Mark {
  readonly #path: string
  readonly #digits = Buffer.alloc(HEAD_DIGITS)
  #file: number | null = null

  constructor(path: string) {
    this.#path = path
  }

  /** What the file says; `null` when it is missing or unreadable. */
  read(): (MarkContent & { head: number }) | null {
    try {
      const text = readFileSync(this.#path, 'latin1')
      const head = Number(text.slice(0, HEAD_DIGITS))
      const content = JSON.parse(text.slice(HEAD_DIGITS)) as MarkContent
      return Number.isSafeInteger(head) ? { ...content, head } : null
    } catch {
      return null
    }
  }

  /** Replaces the file as a whole; on disk when this returns. */
  write(content: MarkContent, head: number): void {
    this.close()
    const beside = `${this.#path}.new`
    const file = openSync(beside, 'w', 0o600)
    try {
      writeSync(file, `${String(head).padStart(HEAD_DIGITS, '0')} ${JSON.stringify(content)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, this.#path)
    syncFolder(dirname(this.#path))
    this.#file = openSync(this.#path, 'r+')
  }

  /**
   * Notes how far the log has come: a database put back from a copy of the same run is told by its lower head.
   * Not fsynced (about 1 µs): after a power loss the boot id decides. A note that cannot be written is only an older note.
   */
  note(head: number): void {
    if (this.#file === null) return
    this.#digits.write(String(head).padStart(HEAD_DIGITS, '0'), 'latin1')
    try {
      writeSync(this.#file, this.#digits, 0, HEAD_DIGITS, 0)
    } catch {
      // The commit it follows has succeeded, and that is what counts.
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }
}

/** Makes renames within a folder survive a power loss. */
export function syncFolder(path: string): void {
  // Windows cannot open a folder; its rename is durable by itself.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
