// Bytes of either wire format back into frames, to see what a connection was sent. Knows no session; every chunk holds whole frames.

import type { Json, Member, Ref } from '../../shared/frames.ts'

/** Any frame, with the fields tests look at. */
export interface SentFrame {
  readonly type: string
  readonly ref?: Ref
  readonly channel?: string
  readonly channels?: readonly string[]
  readonly id?: string
  readonly cursor?: string
  readonly recovered?: boolean
  readonly requested?: string | null
  readonly oldest?: string | null
  readonly reason?: string
  readonly code?: string
  readonly message?: string
  readonly messages?: readonly Json[]
  readonly data?: Json
  readonly sender?: string
  readonly duplicate?: boolean
  readonly reconnect?: boolean
  readonly at?: number
  readonly user?: string
  readonly info?: Json
  readonly presence?: boolean
  readonly members?: readonly Member[]
  readonly anonymous?: number
  readonly total?: number
}

export interface Sent {
  readonly frame: SentFrame
  /** What an EventSource would remember; undefined where the event has no `id:`. */
  readonly eventId: string | undefined
}

/** Reads unmasked WebSocket frames (RFC 6455); a ping becomes `{type: 'ping'}`. Throws when the bytes are no whole frames. */
export function readWebSocket(bytes: Buffer): Sent[] {
  const sent: Sent[] = []
  let at = 0
  while (at < bytes.length) {
    const opcode = bytes[at]!
    const short = bytes[at + 1]!
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    const long =
      header === 4 ? bytes.readUInt16BE(at + 2) : Number(header === 10 && bytes.readBigUInt64BE(at + 2))
    const end = at + header + (header === 2 ? short : long)
    if (end > bytes.length) throw new Error(`The frame at ${at} ends at ${end}, after its chunk.`)
    if (opcode === 0x89) sent.push({ frame: { type: 'ping' }, eventId: undefined })
    else if (opcode === 0x81) sent.push(parsed(bytes.toString('utf8', at + header, end), undefined))
    else throw new Error(`The frame at ${at} begins with ${opcode}.`)
    at = end
  }
  return sent
}

/** Reads whole Server-Sent Events; `retry:` alone is no event. Throws on anything an EventSource would not dispatch. */
export function readEvents(bytes: Buffer): Sent[] {
  const text = bytes.toString()
  if (!text.endsWith('\n\n')) throw new Error('The last event does not end in its chunk.')
  return text
    .slice(0, -2)
    .split('\n\n')
    .map(block => {
      const fields = new Map(block.split('\n').map(line => line.split(/: (.*)/s, 2) as [string, string]))
      const event = fields.get('event')
      const sent = parsed(fields.get('data')!, fields.get('id'))
      if (event === 'heartbeat') return { ...sent, frame: { type: event } }
      if (event !== undefined && event !== sent.frame.type) throw new Error(`${event} carries ${block}`)
      if ((event === undefined) !== (sent.frame.type === 'message'))
        throw new Error(`wrongly named: ${block}`)
      return sent
    })
}

function parsed(json: string, eventId: string | undefined): Sent {
  return { frame: JSON.parse(json) as SentFrame, eventId }
}
