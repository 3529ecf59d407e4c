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
  apply(input: TailInput): void
  stop(): void
}

const HISTORY = 50

export function watchChannel(client: Twinwire, channel: string): Watch {
  const tail = signal(EMPTY_TAIL)
  const problem = signal('')
  const apply = (input: TailInput): void => {
    tail.value = applyTail(tail.peek(), input)
  }
  const stopMessages = client.on('message', message => {
    if (message.channel === channel) apply({ name: 'message', message })
  })
  // The feed has its own channels already, and a channel is subscribed once.
  const subscription = FEED_CHANNELS.includes(channel)
    ? null
    : client.subscribe(channel, { history: HISTORY }, () => {})
  const stopGaps = client.on('gap', gap => {
    if (gap.channel === channel) apply({ name: 'gap', gap })
  })
  const stopErrors = client.on('error', error => {
    if (error.channel === channel) problem.value = error.message
  })
  return {
    tail,
    problem,
    apply,
    stop() {
      stopMessages()
      stopGaps()
      stopErrors()
      subscription?.unsubscribe()
    },
  }
}
