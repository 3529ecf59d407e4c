// Every open connection, by id and in the order they came: for operators to list, look at and disconnect. Knows no transport.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ConnectionDetail, ConnectionView, Transport } from '../../shared/stats.ts'
import type { Connection } from './connection.ts'
import { type ConnectionFilter, createFilter, type Sort, sortConnections } from './connection-search.ts'
import type { Heartbeat } from './heartbeat.ts'
import { whyEnded } from './identity-end.ts'
import { networkOf } from './network.ts'
import type { InTurn } from './sort-in-turns.ts'

export interface ConnectionsQuery extends ConnectionFilter {
  /** The order in which they came, unless told. */
  readonly sort?: Sort | undefined
  /** The id after which to go on, from the page before; in the order in which they came. */
  readonly after?: string | undefined
  /** How many to pass over. */
  readonly offset?: number | undefined
  readonly limit: number
}

export interface ConnectionsPage {
  readonly connections: ConnectionView[]
  /** How many match, on whichever page. */
  readonly total: number
}

/** Connections that a search looks at in one turn of the event loop. */
const SEARCH_STEP = 500

const inNextTurn: InTurn = async work => {
  await nextTurn()
  return work()
}

export class Connections {
  /** Ids begin with a running number, so that their order is that of their coming. */
  #connections = new Map<string, Connection>()
  readonly #counts: Record<Transport, number> = { websocket: 0, sse: 0 }
  readonly #byNetwork = new Map<string, number>()
  readonly #heartbeat: Heartbeat
  #lastNumber = 0
  #lastId = ''
  #isInOrder = true

  constructor(heartbeat: Heartbeat) {
    this.#heartbeat = heartbeat
  }

  get size(): number {
    return this.#connections.size
  }

  get counts(): Readonly<Record<Transport, number>> {
    return this.#counts
  }

  /** An id for the next connection: a running number, then `random` characters so that no two starts share ids. */
  nextId(random: string): string {
    this.#lastNumber += 1
    return `${this.#lastNumber.toString(36).padStart(7, '0')}${random}`
  }

  /** How many an address holds; of IPv6, its network. */
  countFrom(address: string): number {
    return this.#byNetwork.get(networkOf(address)) ?? 0
  }

  add(connection: Connection): void {
    // Ids are given before it is known who comes, and that takes some longer than others.
    if (connection.id < this.#lastId) this.#isInOrder = false
    else this.#lastId = connection.id
    this.#connections.set(connection.id, connection)
    this.#counts[connection.link.transport] += 1
    const { address } = connection.link
    this.#byNetwork.set(networkOf(address), this.countFrom(address) + 1)
    this.#heartbeat.add(connection)
  }

  remove(connection: Connection): void {
    if (!this.#connections.delete(connection.id)) return
    this.#counts[connection.link.transport] -= 1
    const { address } = connection.link
    const left = this.countFrom(address) - 1
    if (left > 0) this.#byNetwork.set(networkOf(address), left)
    else this.#byNetwork.delete(networkOf(address))
    this.#heartbeat.remove(connection)
  }

  /** A page of those that match, and how many match in all. Takes turns with other work: thousands are looked at. */
  async find({ after, sort, offset = 0, limit, ...filter }: ConnectionsQuery): Promise<ConnectionsPage> {
    this.#putInOrder()
    const matches = createFilter(filter)
    const found: ConnectionView[] = []
    let skipped = 0
    for (const [index, connection] of this.all().entries()) {
      if (index % SEARCH_STEP === SEARCH_STEP - 1) await nextTurn()
      // Gone while others had their turn.
      if (!this.#connections.has(connection.id)) continue
      const view = connection.view()
      if (!matches(view)) continue
      found.push(view)
      if (after !== undefined && view.id <= after) skipped += 1
    }
    const sorted = sort === undefined ? found : await sortConnections(found, sort, inNextTurn)
    const start = skipped + offset
    return { connections: sorted.slice(start, start + limit), total: sorted.length }
  }

  /** Pages go by id. */
  #putInOrder(): void {
    if (this.#isInOrder) return
    this.#connections = new Map([...this.#connections].sort(([a], [b]) => (a < b ? -1 : 1)))
    this.#isInOrder = true
  }

  get(id: string): ConnectionDetail | null {
    return this.#connections.get(id)?.detail() ?? null
  }

  /** Ends a connection for good (4410); false when there is none with this id. */
  disconnect(id: string, reason: string): boolean {
    const connection = this.#connections.get(id)
    connection?.close('kicked', reason)
    return connection !== undefined
  }

  /** Ends all connections of a user for good; answers how many. */
  disconnectUser(user: string, reason: string): number {
    const connections = [...this.#connections.values()].filter(connection => connection.user === user)
    for (const connection of connections) connection.close('kicked', reason)
    return connections.length
  }

  /** Ends what was opened with a key that was revoked since, or a session that was signed out. */
  closeEnded(): void {
    for (const connection of this.all()) {
      const reason = whyEnded(connection.identity)
      if (reason !== null) connection.close('unauthorized', reason)
    }
  }

  /** Ends the heartbeats, after which a silent peer is no longer noticed. */
  stop(): void {
    this.#heartbeat.stop()
  }

  /** All of them as they are now, for a drain. */
  all(): Connection[] {
    return [...this.#connections.values()]
  }
}
