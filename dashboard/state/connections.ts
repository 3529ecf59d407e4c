// The list of connections: a snapshot kept current by events. Pure: knows no network and no table.

import type { ConnectionView, GatewayEvent } from '../../shared/stats.ts'

export type ConnectionsById = ReadonlyMap<string, ConnectionView>

/** What a connection list becomes by one event; the same map when nothing in it changes. */
export function applyEvent(connections: ConnectionsById, event: GatewayEvent): ConnectionsById {
  return applyEvents(connections, [event])
}

/** Many events at the cost of one copy. Applying an event that the snapshot already holds is harmless. */
export function applyEvents(connections: ConnectionsById, events: readonly GatewayEvent[]): ConnectionsById {
  const next = new Map(connections)
  let changed = false
  for (const event of events) changed = applyTo(next, event) || changed
  return changed ? next : connections
}

function applyTo(connections: Map<string, ConnectionView>, event: GatewayEvent): boolean {
  switch (event.kind) {
    case 'connected':
      connections.set(event.connection.id, event.connection)
      return true
    case 'disconnected':
      return connections.delete(event.connection)
    case 'subscribed':
      return changeChannels(connections, event.connection, channels =>
        channels.includes(event.channel) ? channels : [...channels, event.channel],
      )
    case 'unsubscribed':
      return changeChannels(connections, event.connection, channels =>
        channels.includes(event.channel) ? channels.filter(each => each !== event.channel) : channels,
      )
    case 'refused':
    case 'gap':
    case 'storage':
    case 'started':
    case 'counted':
      return false
  }
}

function changeChannels(
  connections: Map<string, ConnectionView>,
  id: string,
  change: (channels: string[]) => string[],
): boolean {
  const connection = connections.get(id)
  if (!connection) return false
  const channels = change(connection.channels)
  if (channels === connection.channels) return false
  connections.set(id, { ...connection, channels })
  return true
}

/** Those in which every word of the text occurs somewhere, newest first. */
export function filterConnections(connections: ConnectionsById, text: string): ConnectionView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return [...connections.values()]
    .filter(connection => words.every(word => haystack(connection).includes(word)))
    .sort((a, b) => b.since - a.since || (a.id < b.id ? -1 : 1))
}

function haystack({ id, user, kind, transport, address, channels }: ConnectionView): string {
  return [id, user ?? '', kind, transport, address, ...channels].join('\n').toLowerCase()
}
