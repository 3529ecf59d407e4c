// Bytes of either wire format back into frames, to see what a connection was sent. Knows no session.

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
  readonly time?: number
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
  for (let at = 0; at < bytes.length; ) {
    const place = placeOf(bytes, at)
    if (place === null) throw new Error(`The frame at ${at} does not end in its chunk.`)
    if (place.opcode === 0x89) sent.push({ frame: { type: 'ping' }, eventId: undefined })
    else if (place.opcode === 0x81)
      sent.push(parsed(bytes.toString('utf8', place.payload, place.end), undefined))
    else throw new Error(`The frame at ${at} begins with ${place.opcode}.`)
    at = place.end
  }
  return sent
}

/** How many of these bytes are whole WebSocket frames. */
export function wholeWebSocket(bytes: Buffer): number {
  let at = 0
  for (let place = placeOf(bytes, at); place !== null; place = placeOf(bytes, at)) at = place.end
  return at
}

/** Where the payload of a frame begins and ends; null when the bytes end before it does. */
function placeOf(bytes: Buffer, at: number): { opcode: number; payload: number; end: number } | null {
  const [opcode, short] = [bytes[at], bytes[at + 1]]
  if (opcode === undefined || short === undefined) return null
  const payload = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
  if (payload > bytes.length) return null
  const long = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short
  return payload + long > bytes.length ? null : { opcode, payload, end: payload + long }
}

/** How many of these bytes are whole events: an EventSource dispatches at an empty line. */
export function wholeEvents(bytes: Buffer): number {
  const at = bytes.lastIndexOf('\n\n')
  return at < 0 ? 0 : at + 2
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
