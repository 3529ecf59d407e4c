// The list of connections, fed by the gateway: read again when somebody came or went, now and then, and after a reconnect.

import { effect } from '@preact/signals'
import type { ConnectionView } from '../../shared/stats.ts'
import { ConnectionWindow, type Loaded } from './connection-window.ts'
import { link, linkCount, onEvents } from './feed.ts'
import { explain, request } from './request.ts'

const TICK_MS = 1000

async function load(query: string, offset: number, limit: number): Promise<Loaded> {
  const path = `connections?${query}&offset=${offset}&limit=${limit}`
  try {
    const { connections, total } = await request<{ connections: ConnectionView[]; total: number }>(
      'GET',
      path,
    )
    return { rows: connections, offset, total }
  } catch (error) {
    throw explain(error)
  }
}

/** Starts a list; the end of it is returned beside it. */
export function startConnections(): { list: ConnectionWindow; stop: () => void } {
  const list = new ConnectionWindow(load, Date.now)
  const stopEvents = onEvents(events => list.tell(events))
  const stopLink = effect(() => {
    if (linkCount.value > 0) list.reload()
  })
  const timer = setInterval(() => {
    if (link.peek().name === 'open' && document.visibilityState === 'visible') list.tick()
  }, TICK_MS)
  return {
    list,
    stop: () => {
      clearInterval(timer)
      stopEvents()
      stopLink()
      list.stop()
    },
  }
}
