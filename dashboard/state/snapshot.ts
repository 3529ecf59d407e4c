// A list loaded by HTTP and kept current by events: subscribe first, then load, then apply what came meanwhile.

import type { Signal } from '@preact/signals'
import { effect, signal } from '@preact/signals'
import type { GatewayEvent } from '../../shared/stats.ts'
import { link, linkCount, onEvents } from './feed.ts'
import { explain } from './request.ts'

export type Snapshot<List> =
  | { readonly name: 'loading'; readonly list: List | null }
  | { readonly name: 'failed'; readonly list: List | null; readonly problem: string }
  | { readonly name: 'ready'; readonly list: List; readonly at: number; readonly more: boolean }

export interface LiveList<List> {
  readonly value: Signal<Snapshot<List>>
  reload(): void
  stop(): void
}

// Events tell who comes and goes; what each was sent only a new reading tells.
const READ_AGAIN_MS = 15_000

/**
 * Loads now, after each reconnect and now and then while someone looks. `apply` must bear events that the loaded list already holds; `meanwhileShown`
 * stands in until the first answer, so that a changed search does not blink.
 */
export function createLiveList<List>(
  load: () => Promise<{ list: List; more: boolean }>,
  apply: (list: List, events: readonly GatewayEvent[]) => List,
  meanwhileShown: List | null = null,
): LiveList<List> {
  const value = signal<Snapshot<List>>({ name: 'loading', list: meanwhileShown })
  let turn = 0
  let reading = false
  let meanwhile: GatewayEvent[] = []

  function reload(): void {
    value.value = { name: 'loading', list: value.peek().list }
    void read()
  }

  async function read(): Promise<void> {
    const mine = ++turn
    meanwhile = []
    reading = true
    try {
      const { list, more } = await load()
      if (mine !== turn) return
      value.value = { name: 'ready', list: apply(list, meanwhile), more, at: Date.now() }
    } catch (error) {
      if (mine === turn) value.value = { name: 'failed', list: value.peek().list, problem: explain(error) }
    } finally {
      if (mine === turn) reading = false
    }
  }

  const stopEvents = onEvents(events => {
    const current = value.peek()
    if (current.name === 'ready') value.value = { ...current, list: apply(current.list, events) }
    if (reading) meanwhile.push(...events)
  })
  const stopLink = effect(() => {
    linkCount.value
    reload()
  })
  const timer = setInterval(() => {
    if (!reading && link.peek().name === 'open' && document.visibilityState === 'visible') void read()
  }, READ_AGAIN_MS)
  return {
    value,
    reload,
    stop() {
      turn += 1
      clearInterval(timer)
      stopEvents()
      stopLink()
    },
  }
}
