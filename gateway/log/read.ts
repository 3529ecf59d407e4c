// Reads pages of several channels merged by seq, from one snapshot. Writes nothing.

import type { Statement, Transaction } from 'better-sqlite3'
import type { ChannelView, From, Message, Page } from '../core/log.ts'
import type { ChannelRow, Ledger } from './ledger.ts'
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './message-row.ts'

/** One channel on its way into the page: the next seqs of it that are known. */
interface Lane {
  readonly row: ChannelRow
  seqs: readonly number[]
  at: number
}

interface Request {
  readonly from: readonly From[]
  readonly limit: number
  readonly maxBytes: number
  readonly now: number
}

// Expired messages that wait for deletion are passed over, but a page looks at no more than this many of them.
const MAX_PASSED_OVER = 1000
// Two hundred channels must not each fetch a whole page of which one message is used.
const MIN_BATCH = 8

export class Reader {
  readonly #ledger: Ledger
  readonly #epoch: string
  readonly #snapshot: Transaction<(request: Request) => Page>
  readonly #seqsAfter: Statement<[number, number, number], number>
  readonly #message: Statement<[number], MessageRow>
  readonly #oldest: Statement<[number, number, number], number>
  readonly #nthNewest: Statement<[number, number, number, number], number>

  constructor(ledger: Ledger, epoch: string) {
    this.#ledger = ledger
    this.#epoch = epoch
    const { db } = ledger
    const kept = 'SELECT seq FROM message WHERE channel_id = ? AND seq > ?'
    const unexpired = 'AND (expires IS NULL OR expires > ?)'
    // Seqs alone come from the index; a row is fetched when its turn in the merge has come.
    this.#seqsAfter = db.prepare<[number, number, number], number>(`${kept} ORDER BY seq LIMIT ?`).pluck()
    this.#oldest = db
      .prepare<[number, number, number], number>(`${kept} ${unexpired} ORDER BY seq LIMIT 1`)
      .pluck()
    this.#nthNewest = db
      .prepare<[number, number, number, number], number>(
        `${kept} ${unexpired} ORDER BY seq DESC LIMIT 1 OFFSET ?`,
      )
      .pluck()
    this.#message = db.prepare(`SELECT ${MESSAGE_COLUMNS} FROM message WHERE seq = ?`)
    this.#snapshot = db.transaction((request: Request) => this.#readPage(request))
  }

  /** One page; `now` in milliseconds of the log's time. */
  read(from: readonly From[], limit: number, maxBytes: number, now: number): Page {
    return this.#snapshot({ from, limit, maxBytes, now })
  }

  /** The oldest message kept and not expired in a channel, or null. */
  oldest(row: ChannelRow, now: number): number | null {
    return row.count === 0 ? null : (this.#oldest.get(row.id, row.trimmed, now) ?? null)
  }

  #readPage(request: Request): Page {
    const { from, limit, now } = request
    const channels: ChannelView[] = []
    const lanes: Lane[] = []
    const batch = Math.max(MIN_BATCH, Math.ceil(limit / from.length) + 1)
    for (const place of from) {
      const row = this.#ledger.find(place.channel)
      const view = this.#view(place, row, now)
      channels.push(view)
      // Most channels have nothing new: their row says so without a query.
      if (!row || row.count === 0 || row.last <= view.after) continue
      const seqs = this.#seqsAfter.all(row.id, Math.max(view.after, row.trimmed), batch)
      if (seqs.length > 0) lanes.push({ row, seqs, at: 0 })
    }
    const { messages, through } = this.#merge(lanes, request, batch)
    const { head } = this.#ledger
    return { epoch: this.#epoch, head, channels, messages, through: through ?? head }
  }

  #view(place: From, row: ChannelRow | undefined, now: number): ChannelView {
    const { channel } = place
    const trimmed = row ? row.trimmed : this.#ledger.floor
    const after = 'after' in place ? place.after : this.#resolveNewest(place.newest, row, now)
    const isAsked = after < trimmed || after === 0 || 'newest' in place
    const oldest = row && isAsked ? this.oldest(row, now) : null
    return { channel, after, trimmed, oldest }
  }

  #resolveNewest(newest: number, row: ChannelRow | undefined, now: number): number {
    if (newest <= 0) return this.#ledger.head
    if (!row) return this.#ledger.floor
    const first = this.#nthNewest.get(row.id, row.trimmed, now, newest - 1)
    return first === undefined ? row.trimmed : first - 1
  }

  /** `through` is undefined when the lanes ran out. */
  #merge(lanes: Lane[], { limit, maxBytes, now }: Request, batch: number) {
    const messages: Message[] = []
    let bytes = 0
    let passedOver = 0
    let through: number | undefined
    while (lanes.length > 0) {
      if (messages.length >= limit || passedOver >= MAX_PASSED_OVER) return { messages, through }
      const lane = lowest(lanes)
      const row = this.#message.get(lane.seqs[lane.at]!)!
      if (row.expires !== null && row.expires <= now) {
        passedOver++
      } else {
        bytes += row.size
        if (bytes > maxBytes && messages.length > 0) return { messages, through }
        messages.push(toMessage(row, lane.row.name))
      }
      through = row.seq
      this.#step(lane, lanes, batch)
    }
    return { messages, through: undefined }
  }

  /** Moves a lane on, fetches its next batch, or takes it out. */
  #step(lane: Lane, lanes: Lane[], batch: number): void {
    if (++lane.at < lane.seqs.length) return
    const more = lane.seqs.length < batch ? [] : this.#seqsAfter.all(lane.row.id, lane.seqs.at(-1)!, batch)
    if (more.length === 0) lanes.splice(lanes.indexOf(lane), 1)
    lane.seqs = more
    lane.at = 0
  }
}

/** The lane whose next message is the oldest. A plain scan: with 200 lanes and 100 messages it takes 20 µs. */
function lowest(lanes: readonly Lane[]): Lane {
  let best = lanes[0]!
  for (const lane of lanes) {
    if (lane.seqs[lane.at]! < best.seqs[best.at]!) best = lane
  }
  return best
}
