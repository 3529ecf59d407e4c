// The list of channels: a snapshot whose subscriber counts are kept current by events. Pure.

import type { GatewayEvent } from '../../shared/stats.ts'

export interface ChannelView {
  readonly name: string
  readonly subscribers: number
  readonly messages: number
  /** The newest message's time, in milliseconds since 1970. */
  readonly last?: number
}

/** Counts subscribers up and down. Channels that a snapshot has not named are left to the next one. */
export function applySubscriptions(
  channels: readonly ChannelView[],
  events: readonly GatewayEvent[],
): readonly ChannelView[] {
  const changes = new Map<string, number>()
  for (const event of events) {
    if (event.kind !== 'subscribed' && event.kind !== 'unsubscribed') continue
    changes.set(event.channel, (changes.get(event.channel) ?? 0) + (event.kind === 'subscribed' ? 1 : -1))
  }
  if (!channels.some(({ name }) => changes.get(name))) return channels
  return channels.map(channel => {
    const change = changes.get(channel.name)
    return change ? { ...channel, subscribers: Math.max(0, channel.subscribers + change) } : channel
  })
}
