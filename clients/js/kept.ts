// What outlives a page: cursors over a reload, and where no WebSocket gets through. Knows no connection.

import type { TransportMemory } from './transport-choice.ts'
import { type KeptIn, listen, world } from './world.ts'

function read(storage: KeptIn | undefined, name: string): string | null {
  try {
    return storage?.getItem(name) ?? null
  } catch {
    return null
  }
}

function write(storage: KeptIn | undefined, name: string, value: string): void {
  try {
    storage?.setItem(name, value)
  } catch {
    // Nothing is kept then: the next visit begins as a first one.
  }
}

/** A storage of the browser, where there is one and it may be had: asking for it can throw as well. */
export function browserStorage(name: 'localStorage' | 'sessionStorage'): KeptIn | undefined {
  try {
    // Node has one that only warns, unless it was given a file.
    return world.document && world[name]
  } catch {
    return undefined
  }
}

export function transportMemory(url: URL): TransportMemory {
  const name = `twinwire:sse:${url.href}`
  const storage = browserStorage('localStorage')
  return {
    read: () => Number(read(storage, name) ?? 0),
    write: untilMs => write(storage, name, String(untilMs)),
  }
}

/** How much of the past a crash repeats at most; leaving a page in good order repeats nothing. */
const SAVE_EVERY_MS = 1000

/** Cursors by channel, saved now and then while they move, and when the page goes. */
export class KeptCursors {
  readonly #storage: KeptIn
  readonly #name: string
  readonly #positions: () => Record<string, string>
  readonly #earlier: Record<string, string>
  readonly #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(storage: KeptIn, url: URL, positions: () => Record<string, string>) {
    this.#storage = storage
    this.#name = `twinwire:cursors:${url.href}`
    this.#positions = positions
    this.#earlier = parse(read(storage, this.#name))
    listen(world, 'pagehide', () => this.#save(), this.#abort.signal)
  }

  /** The cursor of an earlier visit, once: who comes back to a channel within a visit begins anew. */
  take(channel: string): string | undefined {
    const cursor = this.#earlier[channel]
    delete this.#earlier[channel]
    return cursor
  }

  moved(): void {
    this.#timer ??= setTimeout(() => this.#save(), SAVE_EVERY_MS)
  }

  close(): void {
    this.#save()
    this.#abort.abort()
  }

  #save(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Channels that this visit has not come to yet stay as they were.
    write(this.#storage, this.#name, JSON.stringify({ ...this.#earlier, ...this.#positions() }))
  }
}

function parse(text: string | null): Record<string, string> {
  try {
    return Object.assign(Object.create(null), JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}
