// The operators' live feed: figures on `$stats` each second, happenings on `$events` as they come. Publishes them
// to the hub, past the log; knows no dashboard.

import type { GatewayEvent, Stats } from '../../shared/stats.ts'
import type { Clock } from '../core/clock.ts'
import type { Hub } from '../core/hub.ts'

export interface LiveFeed {
  readonly tell: (event: GatewayEvent) => void
  readonly tellStats: (stats: Stats) => void
}

/** Nothing is made for channels nobody listens to. `hub` is asked for late: it is constructed with the feed in place. */
export function createLiveFeed(hub: () => Hub, clock: Clock): LiveFeed {
  const send = (channel: string, content: object): void => {
    hub().deliverUnstored({ channel, time: clock(), data: JSON.stringify(content) })
  }
  return {
    tell: event => {
      if (hub().subscribers('$events') > 0) send('$events', event)
    },
    tellStats: stats => {
      if (hub().subscribers('$stats') > 0) send('$stats', stats)
    },
  }
}
