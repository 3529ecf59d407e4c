// Which connections an operator asks for, and in which order. Pure; knows no registry.

import type { ConnectionView, Transport } from '../../shared/stats.ts'
import { agentName } from '../../shared/user-agent.ts'
import { type InTurn, sortInTurns } from './sort-in-turns.ts'

export const SORT_COLUMNS = [
  'id',
  'user',
  'transport',
  'address',
  'browser',
  'channels',
  'since',
  'messages',
  'bytes',
  'pendingBytes',
  'behind',
  'roundTripMs',
] as const

export type SortColumn = (typeof SORT_COLUMNS)[number]

/** A column, from its smallest value on; with `-` before it, from its largest. */
export type Sort = SortColumn | `-${SortColumn}`

export interface ConnectionFilter {
  /** Those subscribed to it. */
  readonly channel?: string | undefined
  readonly user?: string | undefined
  readonly transport?: Transport | undefined
  /** How the address begins. */
  readonly address?: string | undefined
  /** Words, each of which has to stand somewhere, in capitals or not. */
  readonly text?: string | undefined
}

/** What IPv4 addresses look like on a socket that takes IPv6 as well. */
const MAPPED = '::ffff:'

export function createFilter(filter: ConnectionFilter): (view: ConnectionView) => boolean {
  const { channel, user, transport } = filter
  const address = filter.address?.toLowerCase()
  const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return view =>
    (channel === undefined || view.channels.includes(channel)) &&
    (user === undefined || view.user === user) &&
    (transport === undefined || view.transport === transport) &&
    (address === undefined || beginsWith(view.address, address)) &&
    words.every(word => holds(view, word))
}

function beginsWith(address: string, beginning: string): boolean {
  return address.startsWith(beginning) || address.startsWith(MAPPED + beginning)
}

/** Field by field: to put thousands of texts together first takes three times as long. */
function holds(view: ConnectionView, word: string): boolean {
  const has = (field: string | undefined): boolean => field?.toLowerCase().includes(word) === true
  const { id, user, name, kind, transport, address, userAgent, channels } = view
  return (
    has(id) ||
    has(user) ||
    has(name) ||
    has(kind) ||
    has(transport) ||
    has(address) ||
    has(userAgent) ||
    channels.some(has)
  )
}

/** Null: there is no value, and such connections stand last in both directions. */
type Value = string | number | null

/** Into a new array. The same value: in the order they came, or the newest first when the largest are. */
export async function sortConnections(
  views: readonly ConnectionView[],
  sort: Sort,
  inTurn: InTurn,
): Promise<ConnectionView[]> {
  const isDescending = sort.startsWith('-')
  const column = (isDescending ? sort.slice(1) : sort) as SortColumn
  const readValue = createReader(column)
  const keyed = views.map((view, index) => ({ view, index, value: readValue(view) }))
  const direction = isDescending ? -1 : 1
  const sorted = await sortInTurns(
    keyed,
    (a, b) => compare(a.value, b.value, direction) || direction * (a.index - b.index),
    inTurn,
  )
  return sorted.map(({ view }) => view)
}

function compare(a: Value, b: Value, direction: 1 | -1): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return a < b ? -direction : direction
}

/** Beyond any count of messages in memory. */
const REPLAYING = 1e12

function createReader(column: SortColumn): (view: ConnectionView) => Value {
  switch (column) {
    case 'user':
      return ({ user, name }) => (user ?? name)?.toLowerCase() ?? null
    case 'browser':
      return createBrowserOf()
    case 'channels':
      return ({ channels }) => channels.length
    case 'behind':
      // Who reads from the log has more before it than can be counted.
      return ({ behind, replaying }) => behind + (replaying ? REPLAYING : 0)
    case 'roundTripMs':
      return ({ roundTripMs }) => roundTripMs ?? null
    default:
      return view => view[column]
  }
}

/** Thousands of connections come with a handful of browsers. */
function createBrowserOf(): (view: ConnectionView) => Value {
  const names = new Map<string, string>()
  return ({ userAgent }) => {
    if (userAgent === undefined) return null
    const known = names.get(userAgent)
    if (known !== undefined) return known
    const name = agentName(userAgent).toLowerCase()
    names.set(userAgent, name)
    return name
  }
}
