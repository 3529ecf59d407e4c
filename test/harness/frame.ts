// A frame as a test sees it: the wire's JSON with every known field optional. Knows no transport.

/** All frames of protocol §3 in one loose shape; what a test asserts, it asserts by value. */
export interface Frame {
  type: string
  channel?: string
  channels?: string[]
  id?: string
  time?: number
  data?: unknown
  event?: string
  user?: string
  sender?: string
  ref?: string | number
  connection?: string
  heartbeat?: number
  protocol?: number
  cursor?: string
  recovered?: boolean
  requested?: string | null
  oldest?: string | null
  reason?: string
  code?: string
  message?: string
  reconnect?: boolean
  after?: number
  at?: number
  messages?: Frame[]
  more?: boolean
  duplicate?: boolean
  expires?: number
  gap?: Frame
  info?: unknown
  presence?: boolean
  members?: { user: string; info?: unknown; connections: number }[]
  anonymous?: number
  total?: number
}

/** The seq inside a cursor. Clients never parse one; a test of rule C1 must. */
export function seqOf(cursor: string | undefined): number {
  const match = /^[a-z0-9]{8}-(\d+)$/.exec(cursor ?? '')
  if (!match) throw new Error(`Not a cursor of this gateway: ${cursor}`)
  return Number(match[1])
}

/** The epoch inside a cursor. */
export function epochOf(cursor: string | undefined): string {
  return `${cursor}`.slice(0, 8)
}

/** The `data` of the message frames among these, optionally of one channel. */
export function dataOf(frames: readonly Frame[], channel?: string): unknown[] {
  return messagesOf(frames, channel).map(frame => frame.data)
}

/** The message frames among these, optionally of one channel. */
export function messagesOf(frames: readonly Frame[], channel?: string): Frame[] {
  return frames.filter(
    frame => frame.type === 'message' && (channel === undefined || frame.channel === channel),
  )
}

/** The numbers from `from` to `to`, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
