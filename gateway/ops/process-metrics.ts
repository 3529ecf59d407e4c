// The figures of the process itself, named as Prometheus' own clients name them. Knows nothing of the gateway.

import { readdirSync } from 'node:fs'
import { type Exposition, single } from './prometheus.ts'

export function addProcessMetrics(exposition: Exposition): void {
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const startedAt = Math.round(Date.now() / 1000 - process.uptime())
  exposition.counter('process_cpu_seconds_total', 'CPU time used.', single((user + system) / 1e6))
  exposition.gauge('process_start_time_seconds', 'When the process started.', single(startedAt))
  exposition.gauge('process_resident_memory_bytes', 'Memory held by the process.', single(rss))
  exposition.gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', single(heapUsed))
  exposition.gauge('nodejs_external_memory_bytes', 'Memory of buffers, outside the heap.', single(external))
  exposition.counter(
    'nodejs_eventloop_busy_seconds_total',
    'Time the event loop was at work; its rate is the share of one core.',
    single(performance.eventLoopUtilization().active / 1000),
  )
  const openFiles = countOpenFiles()
  if (openFiles !== null) exposition.gauge('process_open_fds', 'Open files and sockets.', single(openFiles))
}

/** `null` where the system does not tell: only Linux does. */
function countOpenFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return null
  }
}
