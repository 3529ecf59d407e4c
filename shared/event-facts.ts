// What a happening of the gateway comes to as one line of a list. Pure.

import type { EventFacts } from './kept-event.ts'
import type { GatewayEvent } from './stats.ts'

/** The facts of an event; null for those that are not kept. */
export function factsOf(event: GatewayEvent): EventFacts | null {
  switch (event.kind) {
    case 'connected': {
      const { id, user, address, transport, userAgent } = event.connection
      const who = { connection: id, ...(user !== undefined && { user }), address, transport }
      return { time: event.time, kind: event.kind, ...who, message: userAgent ?? '' }
    }
    case 'disconnected': {
      const { reason, ...facts } = event
      return { ...facts, message: reason }
    }
    case 'refused':
      return event
    case 'gap': {
      const { reason, ...facts } = event
      return { ...facts, code: reason, message: '' }
    }
    case 'storage':
      return { time: event.time, kind: event.kind, code: event.state, message: event.message }
    case 'started':
      return { time: event.time, kind: event.kind, message: `version ${event.version}` }
    case 'subscribed':
    case 'unsubscribed':
    case 'counted':
      return null
  }
}
