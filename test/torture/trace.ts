// The trace of a run: one JSON line for each event, in two files of bounded size that take turns, and the last events of
// each party in memory. Knows no meaning of an event.

import { createWriteStream, renameSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** About a minute of a busy run; the file before it is kept too. */
const MAX_FILE_BYTES = 64 * 1024 * 1024
const KEPT_LINES = 60

export class Trace {
  readonly path: string
  readonly #last = new Map<string, string[]>()
  readonly #begun = performance.now()
  #file: WriteStream
  #bytes = 0

  constructor(path: string) {
    this.path = path
    this.#file = createWriteStream(path)
  }

  /** Notes that something happened to `who`. */
  tell(who: string, what: string, more: object = {}): void {
    const line = JSON.stringify({ ms: Math.round(performance.now() - this.#begun), who, what, ...more })
    const lines = this.#last.get(who) ?? []
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
    this.#last.set(who, lines)
    this.#file.write(`${line}\n`)
    this.#bytes += line.length + 1
    if (this.#bytes > MAX_FILE_BYTES) this.#turn()
  }

  lastOf(who: string): readonly string[] {
    return this.#last.get(who) ?? []
  }

  async close(): Promise<void> {
    this.#file.end()
    await finished(this.#file)
  }

  #turn(): void {
    this.#file.end()
    renameSync(this.path, `${this.path}.before`)
    this.#file = createWriteStream(this.path)
    this.#bytes = 0
  }
}
