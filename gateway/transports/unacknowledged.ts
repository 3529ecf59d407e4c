// How many bytes the kernel still holds for a peer, because the peer's system has not acknowledged them. Node cannot tell;
// Linux does, in /proc/net/tcp. Knows no connection.

import { readFile, readlink } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'

/** One list for each kind of address; a machine without IPv6 lacks the second. */
const LISTS = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/**
 * A line of these lists, proc(5): `sl: local remote state tx:rx timer retransmits uid timeout inode`. Nearly all sockets
 * have nothing in the queue, and are passed over.
 */
const QUEUED = /^ *\d+: \S+ \S+ \S\S (?!00000000)([0-9A-F]{8}):\S+ \S+ \S+ +\d+ +\d+ (\d+)/gm

/** After a reading, this many times what it took passes until the next one: looking may cost 5 % of a core. */
const REST = 20
/** A machine so busy that reading takes long must not make verdicts take for ever. */
const MAX_REST_MS = 2000

type BytesByInode = ReadonlyMap<string, number>

export class Unacknowledged {
  #reading: Promise<BytesByInode | null> | null = null
  #isTold = true
  #restMs = 0

  /**
   * Bytes handed to the kernel that the peer's system has not acknowledged; null where nobody tells. A reading costs 6 µs
   * for each socket of the machine (18,000: 110 ms, nearly all outside the event loop), however many ask at once: it is
   * for peers under suspicion only, and they may have to wait for it.
   */
  async bytesOf(socket: Socket): Promise<number | null> {
    const inode = this.#isTold ? await inodeOf(socket) : null
    if (inode === null) return null
    this.#reading ??= this.#read()
    const bytes = await this.#reading
    return bytes === null ? null : (bytes.get(inode) ?? 0)
  }

  async #read(): Promise<BytesByInode | null> {
    await rest(this.#restMs, undefined, { ref: false })
    const begun = performance.now()
    const bytes = await readQueues().catch((error: NodeJS.ErrnoException) => {
      // A process that is out of files cannot look now, but it will.
      if (error.code === 'ENOENT' || error.code === 'EACCES') this.#isTold = false
      return null
    })
    this.#restMs = Math.min(MAX_REST_MS, (performance.now() - begun) * REST)
    this.#reading = null
    return bytes
  }
}

/** The name of a socket in the lists: `socket:[12345]`. Null once it is closed, and on systems without /proc. */
async function inodeOf(socket: Socket): Promise<string | null> {
  const handle = (socket as Socket & { _handle?: { fd?: number } | null })._handle
  if (handle?.fd === undefined || handle.fd < 0) return null
  const name = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => '')
  return /^socket:\[(\d+)\]$/.exec(name)?.[1] ?? null
}

async function readQueues(): Promise<BytesByInode> {
  const [four, six] = LISTS
  const texts = await Promise.all([
    readFile(four, 'latin1'),
    readFile(six, 'latin1').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    }),
  ])
  const bytes = new Map<string, number>()
  for (const text of texts) {
    for (const [, queued, inode] of text.matchAll(QUEUED)) bytes.set(inode!, Number.parseInt(queued!, 16))
  }
  return bytes
}
