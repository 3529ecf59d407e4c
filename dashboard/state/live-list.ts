// A long list fed by the gateway: read again when something happened to it, now and then, and after a reconnect. Knows no
// rows.

import { effect } from '@preact/signals'
import { link, linkCount, onEvents } from './feed.ts'
import { type ListUpkeep, ListWindow, type Loaded } from './list-window.ts'
import { explain, request } from './request.ts'

const TICK_MS = 1000

/** What the gateway lists, by its path, which is also the name of the rows in its answer. */
type Resource = 'channels' | 'connections'

/** Starts a list; the end of it is returned beside it. */
export function startList<Row>(
  resource: Resource,
  upkeep: ListUpkeep<Row>,
): { list: ListWindow<Row>; stop: () => void } {
  const load = (query: string, offset: number, limit: number) => read<Row>(resource, query, offset, limit)
  const list = new ListWindow(load, upkeep, Date.now)
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

async function read<Row>(
  resource: Resource,
  query: string,
  offset: number,
  limit: number,
): Promise<Loaded<Row>> {
  type Answer = { readonly [name in Resource]: readonly Row[] } & { readonly total: number }
  try {
    const answer = await request<Answer>('GET', `${resource}?${query}&offset=${offset}&limit=${limit}`)
    return { rows: answer[resource], offset, total: answer.total }
  } catch (error) {
    throw explain(error)
  }
}
