// Watches the process of a gateway from outside: its sockets, its memory, what it says. Knows no protocol but the stats.

import { readdir, readFile, readlink } from 'node:fs/promises'
import { poll } from '../harness/deadline.ts'
import type { Gateway } from '../harness/gateway.ts'
import { Finding } from './finding.ts'

const SAMPLE_MS = 500
/** In which Linux tells processor time. */
const TICKS_A_SECOND = 100
/** The tail (32 MiB), pages of the log, and what a collector leaves lying under full load. */
const MAX_RSS_BYTES = 700 * 1024 * 1024
/** A close is given 5 s, an unanswered request 30; the rest is for a slow machine. */
const SETTLE_MS = 90_000

export interface Watch {
  readonly peakRssBytes: number
  /** The longest the gateway's event loop was held. */
  readonly maxLagMs: number
  /** Waits until everything is as it was at the start; throws a finding if something is left over. */
  stop(): Promise<void>
}

/** Watches from now on; what is open now is what must be open at the end. */
export async function watchProcess(gateway: Gateway): Promise<Watch> {
  const first = await look(gateway)
  let peakRssBytes = first.rssBytes
  let maxLagMs = 0
  const sample = async (): Promise<void> => {
    const { rssBytes, lagMs } = await look(gateway)
    peakRssBytes = Math.max(peakRssBytes, rssBytes)
    maxLagMs = Math.max(maxLagMs, lagMs)
  }
  let isStopping = false
  const sampling = (async () => {
    while (!isStopping) {
      // When the gateway is gone, the run says so.
      await sample().catch(() => {})
      await new Promise(resolve => setTimeout(resolve, SAMPLE_MS))
    }
  })()
  return {
    get peakRssBytes() {
      return peakRssBytes
    },
    get maxLagMs() {
      return maxLagMs
    },
    async stop() {
      isStopping = true
      await sampling
      await untilAsBefore(gateway, first)
      checkOutput(gateway)
      if (peakRssBytes > MAX_RSS_BYTES) throw new Finding(`The gateway grew to ${peakRssBytes >> 20} MiB`)
    },
  }
}

interface Look {
  readonly sockets: number
  readonly connections: number
  readonly rssBytes: number
  readonly lagMs: number
}

async function look(gateway: Gateway): Promise<Look> {
  const { text } = await gateway.api('GET', '/api/stats')
  const { connections, memory, eventLoopLagMs } = JSON.parse(text)
  return {
    sockets: await countSockets(gateway.pid),
    connections: connections.websocket + connections.sse,
    rssBytes: memory.rssBytes,
    lagMs: eventLoopLagMs,
  }
}

async function untilAsBefore(gateway: Gateway, first: Look): Promise<void> {
  let last = first
  const isAsBefore = async () => {
    last = await look(gateway)
    // The callers of this run may hold one socket more or less than at the start.
    return last.connections === first.connections && last.sockets <= first.sockets + 2 ? true : null
  }
  await poll(isAsBefore, 'the gateway to let go of everything', SETTLE_MS).catch(() => {
    const left = `${last.connections - first.connections} connections and ${last.sockets - first.sockets} sockets`
    throw new Finding(`${left} are left over ${SETTLE_MS / 1000} s after the last client has gone`)
  })
}

/** The processor time that a process has used, all threads together, in seconds. */
export async function workOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // Behind the name, which may hold anything: the fields from the third one on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

/** How many sockets a process has open. */
export async function countSockets(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`
  const links = await Promise.all(
    (await readdir(folder)).map(fd => readlink(`${folder}/${fd}`).catch(() => '')),
  )
  return links.filter(link => link.startsWith('socket:')).length
}

/**
 * Nothing that a peer does is worth a line in the gateway's output, but for one: the hint about a page that asks by a
 * name not of this gateway (W6). Mutated hosts may be such names; the gateway tells it once in ten seconds.
 */
const HINT = /^\{"level":40,[^\n]*"msg":"A page asks the gateway by the name [^\n]*\}$/

function checkOutput(gateway: Gateway): void {
  const unexpected = gateway.stderr.split('\n').filter(line => line !== '' && !HINT.test(line))
  if (unexpected.length > 0) {
    const text = unexpected.join('\n')
    throw new Finding(`The gateway wrote ${text.length} characters to stderr: ${text.slice(0, 1500)}`)
  }
}
