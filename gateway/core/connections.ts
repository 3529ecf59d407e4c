// Every open connection, by id and in the order they came: for operators to list, look at and disconnect. Knows no transport.

import type { ConnectionView, Transport } from '../../shared/stats.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Session } from './session.ts'

export interface ConnectionsQuery {
  readonly channel?: string | undefined
  readonly user?: string | undefined
  readonly transport?: Transport | undefined
  /** The id after which to go on, from the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export class Connections {
  /** Ids begin with a running number, so that their order is that of their coming. */
  readonly #sessions = new Map<string, Session>()
  readonly #counts: Record<Transport, number> = { websocket: 0, sse: 0 }
  readonly #heartbeat: Heartbeat
  #lastNumber = 0

  constructor(heartbeat: Heartbeat) {
    this.#heartbeat = heartbeat
  }

  get size(): number {
    return this.#sessions.size
  }

  get counts(): Readonly<Record<Transport, number>> {
    return this.#counts
  }

  /** An id for the next connection: a running number, then `random` characters so that no two starts share ids. */
  nextId(random: string): string {
    this.#lastNumber += 1
    return `${this.#lastNumber.toString(36).padStart(7, '0')}${random}`
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session)
    this.#counts[session.link.transport] += 1
    this.#heartbeat.add(session)
  }

  remove(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    this.#counts[session.link.transport] -= 1
    this.#heartbeat.remove(session)
  }

  list(query: ConnectionsQuery): ConnectionView[] {
    const views: ConnectionView[] = []
    for (const session of this.#sessions.values()) {
      if (views.length >= query.limit) break
      if (query.after !== undefined && session.id <= query.after) continue
      if (query.channel !== undefined && !session.reader.subscriptions.has(query.channel)) continue
      if (query.user !== undefined && session.user !== query.user) continue
      if (query.transport !== undefined && session.link.transport !== query.transport) continue
      views.push(session.view())
    }
    return views
  }

  get(id: string): ConnectionView | null {
    return this.#sessions.get(id)?.view() ?? null
  }

  /** Ends a connection for good (4410); false when there is none with this id. */
  disconnect(id: string, reason: string): boolean {
    const session = this.#sessions.get(id)
    session?.close('kicked', reason)
    return session !== undefined
  }

  /** Ends all connections of a user for good; answers how many. */
  disconnectUser(user: string, reason: string): number {
    const sessions = [...this.#sessions.values()].filter(session => session.user === user)
    for (const session of sessions) session.close('kicked', reason)
    return sessions.length
  }

  /** All of them as they are now, for a drain. */
  all(): Session[] {
    return [...this.#sessions.values()]
  }
}
