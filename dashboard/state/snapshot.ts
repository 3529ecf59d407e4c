// A list loaded by HTTP and kept current by events: subscribe first, then load, then apply what came meanwhile.

import type { Signal } from '@preact/signals'
import { effect, signal } from '@preact/signals'
import type { GatewayEvent } from '../../shared/stats.ts'
import { linkCount, onEvents } from './feed.ts'
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

/**
 * Loads now and after each reconnect. `apply` must bear events that the loaded list already holds; `meanwhileShown`
 * stands in until the first answer, so that a changed search does not blink.
 */
export function createLiveList<List>(
  load: () => Promise<{ list: List; more: boolean }>,
  apply: (list: List, events: readonly GatewayEvent[]) => List,
  meanwhileShown: List | null = null,
): LiveList<List> {
  const value = signal<Snapshot<List>>({ name: 'loading', list: meanwhileShown })
  let turn = 0
  let meanwhile: GatewayEvent[] = []

  async function reload(): Promise<void> {
    const mine = ++turn
    meanwhile = []
    value.value = { name: 'loading', list: value.peek().list }
    try {
      const { list, more } = await load()
      if (mine !== turn) return
      value.value = { name: 'ready', list: apply(list, meanwhile), more, at: Date.now() }
    } catch (error) {
      if (mine === turn) value.value = { name: 'failed', list: value.peek().list, problem: explain(error) }
    }
  }

  const stopEvents = onEvents(events => {
    const current = value.peek()
    if (current.name === 'ready') value.value = { ...current, list: apply(current.list, events) }
    else meanwhile.push(...events)
  })
  const stopLink = effect(() => {
    linkCount.value
    void reload()
  })
  return {
    value,
    reload: () => void reload(),
    stop() {
      turn += 1
      stopEvents()
      stopLink()
    },
  }
}
