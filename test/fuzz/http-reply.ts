// Reads HTTP answers off a wire, strictly: what a proxy in front would stumble over is a finding (RFC 9112). Knows no
// routes.

import { Finding } from './finding.ts'
import type { Wire } from './wire.ts'

export interface HttpReply {
  readonly status: number
  /** Names in lower case; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** A body that lasts until the connection ends: an event stream. */
  readonly isStream: boolean
}

const HEAD_END = '\r\n\r\n'
const MAX_HEAD_BYTES = 16 * 1024

/** The next answer; null: the connection ended without one. `isCut`: the client hung up, an answer may break off. */
export async function readReply(wire: Wire, method: string, isCut = false): Promise<HttpReply | null> {
  for (;;) {
    const head = await readHead(wire, isCut)
    if (head === null) return null
    // 100 Continue is no answer yet.
    if (head.status >= 102 || head.status < 100) return readBody(wire, method, head, isCut)
    if (head.status === 101) return { ...head, body: Buffer.alloc(0), isStream: true }
  }
}

interface Head {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

async function readHead(wire: Wire, isCut: boolean): Promise<Head | null> {
  while (!wire.unread.includes(HEAD_END)) {
    if (wire.unread.length > MAX_HEAD_BYTES)
      throw new Finding('The head of an answer does not end', wire.sent)
    if ((await wire.more('an answer')) || !wire.isClosed) continue
    if (wire.unread.length === 0 || isCut) return null
    throw new Finding(
      `An answer broke off in its head: ${wire.unread.toString('latin1').slice(0, 200)}`,
      wire.sent,
    )
  }
  const end = wire.unread.indexOf(HEAD_END)
  const [statusLine, ...lines] = wire
    .take(end + HEAD_END.length)
    .subarray(0, end)
    .toString('latin1')
    .split('\r\n')
  const match = /^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(statusLine!)
  if (!match) throw new Finding(`Not a status line: ${JSON.stringify(statusLine!.slice(0, 200))}`, wire.sent)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)$/.exec(line)
    if (!field) throw new Finding(`Not a header line: ${JSON.stringify(line.slice(0, 200))}`, wire.sent)
    headers.set(field[1]!.toLowerCase(), field[2]!)
  }
  return { status: Number(match[1]), headers }
}

async function readBody(wire: Wire, method: string, head: Head, isCut: boolean): Promise<HttpReply | null> {
  const { status, headers } = head
  const done = (body: Buffer, isStream = false): HttpReply => ({ ...head, body, isStream })
  if (method === 'HEAD' || status === 204 || status === 304) return done(Buffer.alloc(0))
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(wire, done, isCut)
  const length = headers.get('content-length')
  if (length === undefined) return done(Buffer.alloc(0), true)
  if (!/^\d+$/.test(length)) throw new Finding(`A Content-Length is ${length}`, wire.sent)
  const hasAll = await collect(wire, Number(length), isCut)
  return hasAll ? done(wire.take(Number(length))) : null
}

async function readChunks(
  wire: Wire,
  done: (body: Buffer) => HttpReply,
  isCut: boolean,
): Promise<HttpReply | null> {
  const chunks: Buffer[] = []
  for (;;) {
    while (wire.unread.indexOf('\r\n') < 0)
      if (!(await collect(wire, wire.unread.length + 1, isCut))) return null
    const line = wire.take(wire.unread.indexOf('\r\n') + 2).toString('latin1')
    if (!/^[0-9a-f]{1,8}\r\n$/i.test(line))
      throw new Finding(`Not a chunk: ${JSON.stringify(line)}`, wire.sent)
    const size = Number.parseInt(line, 16)
    if (!(await collect(wire, size + 2, isCut))) return null
    chunks.push(wire.take(size))
    wire.take(2)
    if (size === 0) return done(Buffer.concat(chunks))
  }
}

/** Waits until so many bytes are unread; false: the connection was cut before. */
async function collect(wire: Wire, length: number, isCut: boolean): Promise<boolean> {
  while (wire.unread.length < length) {
    if ((await wire.more('the rest of an answer')) || !wire.isClosed) continue
    if (isCut) return false
    throw new Finding(`An answer broke off after ${wire.unread.length} of ${length} bytes`, wire.sent)
  }
  return true
}
