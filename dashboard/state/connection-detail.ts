// One connection, read again while somebody looks, and kept as it was last seen when it has ended.

import { effect, signal } from '@preact/signals'
import type { ConnectionDetail } from '../../shared/stats.ts'
import { link, linkCount, onEvents } from './feed.ts'
import { explain, RequestError, request } from './request.ts'

export interface ConnectionState {
  readonly name: 'loading' | 'open' | 'gone' | 'failed'
  /** As it was read last; null when it never was. */
  readonly detail: ConnectionDetail | null
  /** Of `failed`: why it could not be read. */
  readonly problem: string
}

const READ_AGAIN_MS = 2000

export function watchConnection(id: string) {
  const state = signal<ConnectionState>({ name: 'loading', detail: null, problem: '' })
  let isStopped = false
  let isReading = false

  async function read(): Promise<void> {
    if (isReading || isStopped) return
    isReading = true
    const { detail } = state.peek()
    const next = await request<ConnectionDetail>('GET', `connections/${encodeURIComponent(id)}`).then(
      (found): ConnectionState => ({ name: 'open', detail: found, problem: '' }),
      (error): ConnectionState =>
        error instanceof RequestError && error.status === 404
          ? { name: 'gone', detail, problem: '' }
          : { name: 'failed', detail, problem: explain(error) },
    )
    isReading = false
    if (!isStopped) state.value = next
  }

  const stopEvents = onEvents(events => {
    if (events.some(event => event.kind === 'disconnected' && event.connection === id)) void read()
  })
  const stopLink = effect(() => {
    linkCount.value
    void read()
  })
  const timer = setInterval(() => {
    // An id is given once: who has ended does not come back under it.
    if (state.peek().name === 'gone' || link.peek().name !== 'open') return
    if (document.visibilityState === 'visible') void read()
  }, READ_AGAIN_MS)
  return {
    state,
    reload: () => void read(),
    stop: () => {
      isStopped = true
      clearInterval(timer)
      stopEvents()
      stopLink()
    },
  }
}
