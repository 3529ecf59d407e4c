// The bench's end of a crowd: starts it, freezes it, ends it. Knows no sockets.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const SCRIPT = join(import.meta.dirname, 'crowd.ts')

export interface CrowdOptions {
  readonly port: number
  readonly count: number
  /** A `#` in it is another number for each connection. */
  readonly channel: string
  readonly transport?: 'websocket' | 'sse'
  readonly isStalled: boolean
}

/** Starts a crowd; resolves when all are connected and live. */
export async function startCrowd({
  port,
  count,
  channel,
  transport = 'websocket',
  isStalled,
}: CrowdOptions): Promise<ChildProcess> {
  const child = fork(SCRIPT, [String(port), String(count), channel, transport, isStalled ? 'stalled' : ''])
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The crowd ended with ${code}.`))),
  ])
  return child
}

/** Ends a crowd, frozen or not. */
export async function endCrowd(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
