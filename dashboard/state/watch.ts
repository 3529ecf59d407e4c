// Watches one channel through the dashboard's own connection and keeps its tail.

import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { Twinwire } from '../../clients/js/connect.ts'
import { FEED_CHANNELS } from './feed.ts'
import type { Tail, TailInput } from './tail.ts'
import { applyTail, EMPTY_TAIL } from './tail.ts'

export interface Watch {
  readonly tail: Signal<Tail>
  readonly problem: Signal<string>
  /** Takes an operator's wish at once, after all that came before it. */
  apply(input: TailInput): void
  stop(): void
}

const HISTORY = 50

// A channel can carry thousands of messages a second; the eye follows ten redraws.
const BATCH_MS = 100

export function watchChannel(client: Twinwire, channel: string): Watch {
  const tail = signal(EMPTY_TAIL)
  const problem = signal('')
  let pending: TailInput[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    tail.value = pending.reduce(applyTail, tail.peek())
    pending = []
  }
  const receive = (input: TailInput): void => {
    pending.push(input)
    timer ??= setTimeout(flush, BATCH_MS)
  }
  const stopMessages = client.on('message', message => {
    if (message.channel === channel) receive({ name: 'message', message })
  })
  // The feed has its own channels already, and a channel is subscribed once.
  const subscription = FEED_CHANNELS.includes(channel)
    ? null
    : client.subscribe(channel, { history: HISTORY }, () => {})
  const stopGaps = client.on('gap', gap => {
    if (gap.channel === channel) receive({ name: 'gap', gap })
  })
  const stopDeleted = client.on('deleted', ({ channel: where, id }) => {
    if (where === channel) receive({ name: 'deleted', id })
  })
  const stopErrors = client.on('error', error => {
    if (error.channel === channel) problem.value = error.message
  })
  return {
    tail,
    problem,
    apply(input) {
      pending.push(input)
      flush()
    },
    stop() {
      clearTimeout(timer)
      stopMessages()
      stopGaps()
      stopDeleted()
      stopErrors()
      subscription?.unsubscribe()
    },
  }
}
