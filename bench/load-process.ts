// The bench's end of the load process: starts it on its core, gives orders, waits for reports. Knows no sockets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pinned } from './cores.ts'
import type { LoadOrder, LoadReport, LoadResult } from './load-orders.ts'
import type { Wire } from './target.ts'

const SCRIPT = join(import.meta.dirname, 'load.ts')

export interface LoadProcess {
  subscribe(wire: Wire, subscribers: number): Promise<void>
  publish(publishers: number, durationMs: number): Promise<LoadResult>
  stop(): Promise<void>
}

/** Starts the load process on a core. Its failures reject the order under way. */
export function startLoad(core: number | null): LoadProcess {
  const [program, args] = pinned(core, process.execPath, [SCRIPT])
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const ask = async (order: LoadOrder): Promise<LoadReport> => {
    const reported = once(child, 'message')
    child.send(order)
    const ended = exited.then(([code]) => Promise.reject(new Error(`The load process ended with ${code}.`)))
    const [report] = (await Promise.race([reported, ended])) as [LoadReport]
    if (report.kind === 'failed') throw new Error(report.message)
    return report
  }
  return {
    async subscribe(wire, subscribers) {
      await ask({ kind: 'subscribe', wire, subscribers })
    },
    async publish(publishers, durationMs) {
      const report = await ask({ kind: 'publish', publishers, durationMs })
      if (report.kind !== 'published') throw new Error(`The load process answered ${report.kind}.`)
      return report
    },
    async stop() {
      if (child.exitCode !== null) return
      child.disconnect()
      await exited
    },
  }
}
