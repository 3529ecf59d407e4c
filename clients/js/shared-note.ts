// What tabs that share a connection tell each other. Types only.

import type { ClientEvents, Received, State } from './connect.ts'

export type EventName = Exclude<keyof ClientEvents, 'state' | 'message' | 'live'>

/** From the tab that leads: its channel stands at this cursor, and what follows on it is what there is. */
export interface At {
  kind: 'at'
  channel: string
  cursor: string | undefined
  hasPresence: boolean
}

/** From the tab that leads; `after` is where the channel stood before. */
export interface Said {
  kind: 'message'
  message: Received
  after: string | undefined
}

export interface Happened {
  kind: 'event'
  name: EventName
  value: ClientEvents[EventName]
}

export type Note =
  /** A tab leads from now on: it wants to know what all want. */
  | { kind: 'lead' }
  | At
  | Said
  | Happened
  | { kind: 'state'; state: State }
  /** To the tab that leads. */
  | { kind: 'ask' }
  | { kind: 'want'; tab: string; channel: string; since: string | undefined }
  | { kind: 'drop'; tab: string; channel: string }
  | { kind: 'retry' }
