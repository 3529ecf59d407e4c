// The bench's end of the load process: starts it on its core, gives orders, waits for reports. Knows no sockets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pinned } from '../cores.ts'
import type { LoadKind, LoadOrders, LoadReport } from './load-orders.ts'

/** No order takes so long unless something waits for ever. */
const DEADLINE_MS = 120_000
const SCRIPT = join(import.meta.dirname, 'load.ts')
/** A burst of short-lived chunks must not be what is measured: the young generation is large. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--max-old-space-size=4096']

export interface LoadProcess {
  /** Rejects with what went wrong. */
  ask<K extends LoadKind>(kind: K, order: LoadOrders[K]['order']): Promise<LoadOrders[K]['report']>
  stop(): Promise<void>
}

/** Starts the load process on a core. Its failures reject the order under way. */
export function startLoad(core: number | null): LoadProcess {
  const [program, args] = pinned(core, process.execPath, [...NODE_OPTIONS, SCRIPT])
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  return {
    async ask<K extends LoadKind>(kind: K, order: LoadOrders[K]['order']) {
      const reported = once(child, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })
      child.send({ kind, order })
      const ended = exited.then(([code]) => Promise.reject(new Error(`The load process ended with ${code}.`)))
      const [answer] = (await Promise.race([reported, ended])) as [LoadReport]
      if ('failure' in answer) throw new Error(answer.failure)
      return answer.report as LoadOrders[K]['report']
    },
    async stop() {
      if (child.exitCode !== null) return
      child.disconnect()
      await exited
    },
  }
}
