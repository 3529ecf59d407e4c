// What a client of a simulated life does: its commands, its pace, its end. Knows no log and no other client.

import { dataOf, type Item, type ReaderEvent, type Since } from './event.ts'
import type { HeldTime } from './held-time.ts'
import type { SimulatedReader } from './reader.ts'
import { writeToken } from './token.ts'

/** What a client's acts need of the world around it. */
export interface Surroundings {
  readonly time: HeldTime
  /** A cursor in this world; undefined when nobody has one to give. */
  cursorOf(since: Since | undefined): string | undefined
  /** An operator ends a connection. */
  disconnect(id: string): void
}

type EventOf<What extends ReaderEvent['do']> = Extract<ReaderEvent, { readonly do: What }>

/** Carries out an event of a connected reader. */
export function actAs(reader: SimulatedReader, event: ReaderEvent, around: Surroundings): void {
  const acts: { readonly [What in ReaderEvent['do']]: (event: EventOf<What>) => void } = {
    subscribe: ({ channel, since, history }) => {
      const asked = askedFor(since, around)
      reader.command(
        { type: 'subscribe', channel, ...asked, ...(history !== undefined && { history }) },
        asked,
      )
    },
    unsubscribe: ({ channel }) => reader.command({ type: 'unsubscribe', channel }),
    history: ({ channel, since }) => reader.command({ type: 'history', channel, ...askedFor(since, around) }),
    ping: () => reader.command({ type: 'ping' }),
    say: ({ item }) => say(reader, item),
    auth: authEvent => authenticate(reader, authEvent, around.time),
    pace: ({ bytesPerSecond = Number.POSITIVE_INFINITY }) => {
      reader.socket.bytesPerSecond = bytesPerSecond
      reader.socket.takeFor(0)
    },
    take: ({ bytes }) => reader.socket.take(bytes),
    die: () => reader.socket.die(),
    vanish: () => {
      reader.socket.isDeserted = true
    },
    kick: () => {
      reader.wasKicked = true
      if (reader.peer) around.disconnect(reader.peer.session.id)
    },
  }
  ;(acts[event.do] as (event: ReaderEvent) => void)(event)
}

function askedFor(since: Since | undefined, around: Surroundings): { since?: string } {
  const cursor = around.cursorOf(since)
  return cursor === undefined ? {} : { since: cursor }
}

function say(reader: SimulatedReader, item: Item): void {
  const { channel, key } = item
  const data = JSON.parse(dataOf(item)) as string
  reader.command({ type: 'publish', channel, data, ...(key !== undefined && { key }) }, { item })
}

function authenticate(reader: SimulatedReader, { channels, tokenMs }: EventOf<'auth'>, time: HeldTime): void {
  const { earliest, latest } = reader.tokenEnds
  if (latest === Number.POSITIVE_INFINITY) return
  const ends = time.nowMs + tokenMs
  // Until the command is carried out the old token counts.
  reader.tokenEnds = { earliest: Math.min(earliest, ends), latest: Math.max(latest, ends) }
  reader.command({ type: 'auth', token: writeToken({ channels, expires: time.wallMs + tokenMs }) })
}
