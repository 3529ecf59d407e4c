// The list of channels: how it is asked for, and subscriber counts kept current by events. Pure.

import type { GatewayEvent } from '../../shared/stats.ts'
import type { ListUpkeep } from './list-window.ts'

export interface ChannelView {
  readonly name: string
  /** The pattern of the rule that applies. */
  readonly match: string
  readonly subscribers: number
  /** Messages published a second, lately. */
  readonly perSecond: number
  readonly messages: number
  readonly bytes: number
  /** The newest message's time, in milliseconds since 1970. */
  readonly last?: number
}

export interface ChannelQuery {
  /** Part of the name; with `*` at the end, how it begins. */
  readonly text: string
  readonly sort: string
}

/** As a query of the gateway's API. */
export function channelsQuery({ text, sort }: ChannelQuery): string {
  const query = new URLSearchParams({ sort })
  const wanted = text.trim()
  if (wanted.endsWith('*')) query.set('prefix', wanted.slice(0, -1))
  else if (wanted !== '') query.set('text', wanted)
  return query.toString()
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

export const CHANNELS_UPKEEP: ListUpkeep<ChannelView> = {
  apply: applySubscriptions,
  isNews: () => false,
  readAgainMs: 15_000,
}
