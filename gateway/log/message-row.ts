// How a message stands in a row, and back. Knows no transactions.

import type { Message } from '../core/log.ts'

export interface MessageRow {
  seq: number
  time: number
  expires: number | null
  size: number
  event: string | null
  user: string | null
  sender: string | null
  data: string
}

export const MESSAGE_COLUMNS = 'seq, time, expires, size, event, user, sender, data'

/** Bytes of content in UTF-8: the figure that `bytes` of a rule and `log.maxBytes` bound. */
export function measure(message: Pick<Message, 'data' | 'event' | 'user' | 'sender'>): number {
  let bytes = Buffer.byteLength(message.data)
  if (message.event !== undefined) bytes += Buffer.byteLength(message.event)
  if (message.user !== undefined) bytes += Buffer.byteLength(message.user)
  if (message.sender !== undefined) bytes += Buffer.byteLength(message.sender)
  return bytes
}

export function toMessage(row: MessageRow, channel: string): Message {
  return {
    seq: row.seq,
    channel,
    time: row.time,
    data: row.data,
    event: row.event ?? undefined,
    user: row.user ?? undefined,
    sender: row.sender ?? undefined,
    expires: row.expires ?? undefined,
  }
}
