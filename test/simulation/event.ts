// What can happen in a simulated life, as plain data: a life is a list of these. Any part of the list is a life too: what
// no longer makes sense in it (a reader that never connected) is passed over. Types, and how events read.

import type { LogFault } from '../core/late-log.ts'

/** A message on its way; its data is made of `n`, which no other has. */
export interface Item {
  readonly n: number
  readonly channel: string
  /** Bytes of data beyond the number. */
  readonly bytes?: number
  readonly sender?: string
  readonly ttlMs?: number
  readonly key?: string
}

/** Where somebody resumes: where another reader stood, so many messages before the head, or nowhere in this log. */
export type Since =
  | { readonly asReader: number }
  | { readonly back: number }
  | 'ahead'
  | 'foreign'
  | 'nonsense'

export interface Connect {
  readonly do: 'connect'
  readonly reader: number
  readonly transport: 'sse' | 'websocket'
  readonly channels: readonly string[]
  readonly since?: Since
  readonly history?: number
  readonly sender?: string
  /** What its socket takes by itself; absent: everything at once. */
  readonly bytesPerSecond?: number
  /** What the system takes for it before it reads anything. */
  readonly systemBytes?: number
  /** It shows a token that ends after this; absent: it has none, and needs none. */
  readonly tokenMs?: number
}

/** What one connected reader does, or what is done to it. */
export type ReaderEvent =
  | {
      readonly do: 'subscribe'
      readonly reader: number
      readonly channel: string
      readonly since?: Since
      readonly history?: number
    }
  | { readonly do: 'unsubscribe'; readonly reader: number; readonly channel: string }
  | { readonly do: 'say'; readonly reader: number; readonly item: Item }
  | { readonly do: 'history'; readonly reader: number; readonly channel: string; readonly since?: Since }
  | { readonly do: 'ping'; readonly reader: number }
  /** The same user's next token, for these channels. */
  | {
      readonly do: 'auth'
      readonly reader: number
      readonly channels: readonly string[]
      readonly tokenMs: number
    }
  /** The reader's socket takes so much from now on; absent: everything. */
  | { readonly do: 'pace'; readonly reader: number; readonly bytesPerSecond?: number }
  | { readonly do: 'take'; readonly reader: number; readonly bytes: number }
  | { readonly do: 'die'; readonly reader: number }
  /** The peer is gone, and nothing tells of it. */
  | { readonly do: 'vanish'; readonly reader: number }
  | { readonly do: 'kick'; readonly reader: number }

/** What the world does. */
export type WorldEvent =
  | Connect
  /** A backend publishes a group. */
  | { readonly do: 'publish'; readonly items: readonly Item[] }
  /** Many messages in one channel, numbered from `n`. */
  | {
      readonly do: 'burst'
      readonly n: number
      readonly channel: string
      readonly count: number
      readonly bytes?: number
    }
  /** A publication that had a key is published again, as after a lost answer. */
  | { readonly do: 'retry'; readonly n: number }
  /** Another process commits to the same log. */
  | { readonly do: 'foreign'; readonly items: readonly Item[] }
  /** Deletes the message so many places before the channel's newest. */
  | { readonly do: 'remove'; readonly channel: string; readonly back: number }
  | { readonly do: 'purge'; readonly channel: string }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'pass'; readonly ms: number }
  /** The wall clock jumps, nothing else does. */
  | { readonly do: 'jump'; readonly ms: number }
  /** From now on each look at the clock takes so long. */
  | { readonly do: 'slow'; readonly lookMs: number }
  /** From now on the log waits so many turns, in this order, over and over. */
  | { readonly do: 'late'; readonly turns: readonly number[] }
  | { readonly do: 'fail'; readonly how: LogFault | 'read'; readonly count: number }
  /** From the next start on, the tail holds so much. */
  | { readonly do: 'tail'; readonly bytes: number }
  | { readonly do: 'drain' }
  /** The process is killed and started again. `back`: the log is put back from a copy that lacks so many (rule C3). */
  | { readonly do: 'restart'; readonly back?: number }

export type Event = WorldEvent | ReaderEvent

/** The data of an item: no other has the same. */
export function dataOf({ n, bytes = 0 }: Item): string {
  return `"${n}${'.'.repeat(bytes)}"`
}

/** An event as a line to read. */
export function describe({ do: what, ...fields }: Event): string {
  const words = Object.entries(fields).map(([name, value]) => `${name}=${show(value)}`)
  return [what, ...words].join(' ')
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}=${show(inner)}`)
    .join(' ')}}`
}
