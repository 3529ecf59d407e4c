// The operators' live feed: figures on `$stats` each second, happenings on `$events` as they come. Publishes them
// to the hub, past the log; knows no dashboard and not how happenings are kept.

import type { KeptEvent } from '../../shared/kept-event.ts'
import type { GatewayEvent, Stats, ToldEvent } from '../../shared/stats.ts'
import type { Clock } from '../core/clock.ts'
import type { Hub } from '../core/hub.ts'

/** Keeps what happens; says under which line, and whether that stands for many. */
interface Keeper {
  note(event: GatewayEvent): { readonly id?: number; readonly isCounted: boolean }
}

export interface LiveFeed {
  readonly tell: (event: GatewayEvent) => void
  /** Tells lines that have come to count more. */
  readonly tellCounted: (events: readonly KeptEvent[]) => void
  readonly tellStats: (stats: Stats) => void
  /** From now on, what happens is kept too. */
  readonly keepIn: (keeper: Keeper) => void
}

/** Lists of connections are kept current by these, so each is told, however many there are. */
const FOLLOWED: ReadonlySet<string> = new Set(['connected', 'disconnected', 'subscribed', 'unsubscribed'])

/** Nothing is made for channels nobody listens to. `hub` is asked for late: it is constructed with the feed in place. */
export function createLiveFeed(hub: () => Hub, clock: Clock): LiveFeed {
  let keeper: Keeper | null = null
  const send = (channel: string, content: object): void => {
    hub().deliverUnstored([{ channel, time: clock(), data: JSON.stringify(content) }])
  }
  const sendEvent = (event: ToldEvent): void => {
    if (hub().subscribers('$events') > 0) send('$events', event)
  }
  return {
    keepIn: to => {
      keeper = to
    },
    tell: event => {
      const noted = keeper?.note(event)
      // One misbehaving client must not fill every operator's line: its line is told once a second.
      if (noted?.isCounted && !FOLLOWED.has(event.kind)) return
      sendEvent(noted?.id === undefined ? event : { ...event, id: noted.id })
    },
    tellCounted: events => {
      for (const event of events) sendEvent({ kind: 'counted', time: clock(), event })
    },
    tellStats: stats => {
      if (hub().subscribers('$stats') > 0) send('$stats', stats)
    },
  }
}
