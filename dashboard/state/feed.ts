// The dashboard's own connection to the gateway: figures each second, happenings as they come.
// A user of the gateway like any other; the session cookie lets it read the `$` channels.

import { signal } from '@preact/signals'
import type { State, Twinwire } from '../../clients/js/connect.ts'
import { connect } from '../../clients/js/connect.ts'
import type { GatewayEvent, Stats } from '../../shared/stats.ts'
import { baseUrl } from '../place.ts'
import { explain, request } from './request.ts'
import { checkSession } from './session.ts'

export const link = signal<State>({ name: 'connecting', attempt: 0 })
export const figures = signal<Stats | null>(null)
export const figuresProblem = signal('')
/** When the last figures came, by this browser's clock. */
export const figuresAt = signal(0)
/** Grows with each connection: snapshots are loaded anew after it, because events were missed before. */
export const linkCount = signal(0)

/** The connection itself, for a page that wants a channel of its own. */
export const wire = signal<Twinwire | null>(null)

/** What the feed itself is subscribed to. */
export const FEED_CHANNELS: readonly string[] = ['$stats', '$events']

// One operator is no storm: a gateway that is back should not be waited for.
const BACKOFF = { firstMs: 500, capMs: 4000 }

// A reconnect storm brings thousands of events: lists are redrawn a few times a second, not for each.
const BATCH_MS = 250

type EventsListener = (events: readonly GatewayEvent[]) => void
const eventsListeners = new Set<EventsListener>()
let pendingEvents: GatewayEvent[] = []

/** Connects; returns the end of it. */
export function startFeed(): () => void {
  const client = connect(baseUrl, { transport: 'websocket', backoff: BACKOFF })
  wire.value = client
  link.value = client.state
  client.on('state', onState)
  // Sessions end with the gateway's process: after a restart the link comes back, but as nobody's.
  client.on('error', ({ channel }) => {
    if (channel === '$stats') void checkSession()
  })
  client.subscribe('$stats', {}, message => takeFigures(message.data as unknown as Stats))
  client.subscribe('$events', {}, message => takeEvent(message.data as unknown as GatewayEvent))
  request<Stats>('GET', 'stats').then(takeFigures, error => {
    figuresProblem.value = explain(error)
  })
  return () => {
    wire.value = null
    client.close()
  }
}

/** Hands over events in batches; returns the removal. */
export function onEvents(listener: EventsListener): () => void {
  eventsListeners.add(listener)
  return () => eventsListeners.delete(listener)
}

function onState(state: State): void {
  link.value = state
  if (state.name === 'open') linkCount.value += 1
  if (state.name === 'stopped') void checkSession()
}

function takeFigures(stats: Stats): void {
  if (figures.value && stats.time < figures.value.time) return
  figures.value = stats
  figuresAt.value = Date.now()
  figuresProblem.value = ''
}

function takeEvent(event: GatewayEvent): void {
  pendingEvents.push(event)
  if (pendingEvents.length === 1) setTimeout(flushEvents, BATCH_MS)
}

function flushEvents(): void {
  const events = pendingEvents
  pendingEvents = []
  for (const listener of eventsListeners) listener(events)
}
