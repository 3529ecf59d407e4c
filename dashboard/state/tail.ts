// The live tail of one channel: what came, what was missed, and what waits while paused. Pure.

import type { Received } from '../../clients/js/connect.ts'
import type { Gap } from '../../shared/frames.ts'
import { layOut } from './json-layout.ts'

export type Row =
  /** `text` is the data laid out, once, however often the row is drawn. */
  | {
      readonly kind: 'message'
      readonly key: number
      readonly message: Received
      readonly text: string
      readonly deleted?: true
    }
  | { readonly kind: 'gap'; readonly key: number; readonly gap: Gap }

export interface Tail {
  /** Newest last, at most `TAIL_ROWS`. */
  readonly rows: readonly Row[]
  readonly paused: boolean
  /** What came since the pause; the oldest of it is dropped beyond `TAIL_ROWS`. */
  readonly held: readonly Row[]
  /** Messages that came since the pause, kept or not. */
  readonly missed: number
  /** Ids of messages that were deleted meanwhile, seen here or not; the newest of them. */
  readonly deleted: readonly string[]
  readonly nextKey: number
}

export type TailInput =
  | { name: 'message'; message: Received }
  | { name: 'gap'; gap: Gap }
  | { name: 'deleted'; id: string }
  | { name: 'pause' }
  | { name: 'resume' }
  | { name: 'clear' }

export const TAIL_ROWS = 300

export const EMPTY_TAIL: Tail = { rows: [], paused: false, held: [], missed: 0, deleted: [], nextKey: 1 }

export function applyTail(tail: Tail, input: TailInput): Tail {
  switch (input.name) {
    case 'message':
      return append(tail, {
        kind: 'message',
        key: tail.nextKey,
        message: input.message,
        text: layOut(input.message),
      })
    case 'gap':
      return append(tail, { kind: 'gap', key: tail.nextKey, gap: input.gap })
    case 'deleted':
      return {
        ...tail,
        rows: withoutData(tail.rows, input.id),
        held: withoutData(tail.held, input.id),
        deleted: [...tail.deleted, input.id].slice(-TAIL_ROWS),
      }
    case 'pause':
      return { ...tail, paused: true }
    case 'resume':
      return { ...tail, rows: bounded([...tail.rows, ...tail.held]), paused: false, held: [], missed: 0 }
    case 'clear':
      return { ...tail, rows: [], held: [], missed: 0 }
  }
}

function append(tail: Tail, row: Row): Tail {
  const nextKey = tail.nextKey + 1
  if (!tail.paused) return { ...tail, rows: bounded([...tail.rows, row]), nextKey }
  const missed = tail.missed + (row.kind === 'message' ? 1 : 0)
  return { ...tail, held: bounded([...tail.held, row]), missed, nextKey }
}

/** When the newest message came, shown or held, in milliseconds since 1970; 0 when there is none. */
export function newestTime({ rows, held }: Tail): number {
  const newest = [...rows, ...held].findLast(row => row.kind === 'message')
  return newest?.kind === 'message' ? newest.message.time : 0
}

function bounded(rows: readonly Row[]): readonly Row[] {
  return rows.length > TAIL_ROWS ? rows.slice(-TAIL_ROWS) : rows
}

/** Whoever looks at a message that is deleted must see that it is. */
function withoutData(rows: readonly Row[], id: string): readonly Row[] {
  return rows.map(row =>
    row.kind === 'message' && row.message.id === id ? { ...row, text: '', deleted: true } : row,
  )
}

/** The rows in which every word stands somewhere: data, event, user, id. Gaps are always shown. */
export function filterTail(rows: readonly Row[], filter: string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(row => {
    if (row.kind === 'gap') return true
    const { id = '', event = '', user = '' } = row.message
    const text = `${row.text}\n${event}\n${user}\n${id}`.toLowerCase()
    return words.every(word => text.includes(word))
  })
}
