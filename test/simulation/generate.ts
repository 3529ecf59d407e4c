// A life from a seed: the events are chosen before anything happens, so that any part of them can be lived again. Knows
// what it has let happen, and not what came of it.

import { randomFrom } from '../harness/seed.ts'
import { CHANNELS } from './channels.ts'
import type { Connect, Event, Item, Since } from './event.ts'

const SENDERS = ['x', 'y']
const MAX_READERS = 8
/** Most readers are covered by the first, all by the second. */
const LARGE_TAILS = [300_000, 32 * 1024 * 1024]
/** More than one slice of a fan-out. */
const CROWD = 70
const HOUR_MS = 3_600_000

/** All events of a life of so many steps. */
export function generateLife(seed: number, steps: number): Event[] {
  return new LifeOf(randomFrom(seed)).generate(steps)
}

class LifeOf {
  readonly #random: () => number
  #open: Connect[] = []
  #gone: number[] = []
  #readers = 0
  #items = 0
  #keyed: number[] = []
  #isDraining = false
  readonly #largePart: number

  constructor(random: () => number) {
    this.#random = random
    this.#largePart = this.#chance(0.2) ? 0.15 : 0.005
  }

  generate(steps: number): Event[] {
    const events: Event[] = [this.#late(), this.#slow()]
    if (this.#chance(0.4)) events.push({ do: 'tail', bytes: this.#pick(LARGE_TAILS) }, { do: 'restart' })
    if (this.#chance(0.03)) events.push(...this.#crowd())
    for (let step = 0; step < steps; step += 1) {
      if (this.#chance(0.01)) events.push(...this.#storm())
      const event = this.#step()
      if (event === null) continue
      events.push(event)
      if (this.#chance(0.4)) events.push({ do: 'turns', count: 1 + this.#below(4) })
    }
    if (this.#chance(0.05)) events.push(...this.#crowd(), ...this.#slicedFanOut())
    return events
  }

  #crowd(): Event[] {
    return Array.from({ length: CROWD }, () => this.#connect())
  }

  /** The last message goes to everybody, in slices. */
  #slicedFanOut(): Event[] {
    return [
      { do: 'late', turns: [0] },
      { do: 'turns', count: 60 },
      { do: 'slow', lookMs: 10 },
      { do: 'publish', items: CHANNELS.map(channel => ({ ...this.#item(), channel })) },
    ]
  }

  /** Several readers resume from one place, one after the other, while a ttl may run out. */
  #storm(): Event[] {
    const channels = [this.#pick(CHANNELS)]
    const since = { back: this.#below(50) }
    return Array.from({ length: 2 + this.#below(4) }, () => {
      const { sender: _, history: __, ...connect } = this.#connect()
      return [{ ...connect, channels, since }, { do: 'pass', ms: 1 + this.#below(800) } as const]
    }).flat()
  }

  #step(): Event | null {
    const actions: [number, () => Event | null][] = [
      [30, () => ({ do: 'publish', items: this.#group() })],
      [6, () => this.#burst()],
      [3, () => ({ do: 'foreign', items: this.#group() })],
      [2, () => (this.#keyed.length > 0 ? { do: 'retry', n: this.#pick(this.#keyed) } : null)],
      [this.#open.length < MAX_READERS ? 9 : 0, () => this.#connect()],
      [24, () => this.#asReader()],
      [10, () => this.#readerTakes()],
      [5, () => this.#readerLeaves()],
      [2, () => ({ do: 'remove', channel: this.#pick(CHANNELS), back: this.#below(40) })],
      [1, () => ({ do: 'purge', channel: this.#pick(CHANNELS) })],
      [5, () => this.#pass()],
      [2, () => this.#fail()],
      [1, () => this.#weather()],
      [0.6, () => this.#restart()],
    ]
    let left = this.#random() * actions.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, act] of actions) {
      left -= weight
      if (left < 0) return act()
    }
    return null
  }

  #group(): Item[] {
    return Array.from({ length: 1 + this.#below(4) }, () => this.#item())
  }

  #item(): Item {
    this.#items += 1
    const n = this.#items
    const hasKey = this.#chance(0.1)
    if (hasKey) this.#keyed.push(n)
    return {
      n,
      channel: this.#pick(CHANNELS),
      ...(this.#chance(0.1) && { bytes: this.#below(1000) }),
      ...(this.#chance(this.#largePart) && { bytes: this.#below(60_000) }),
      ...(this.#chance(0.2) && { sender: this.#pick(SENDERS) }),
      ...(this.#chance(0.1) && { ttlMs: 1 + this.#below(4000) }),
      ...(hasKey && { key: String(this.#below(20)) }),
    }
  }

  /** More than a page of one channel at once. */
  #burst(): Event {
    const count = 1 + this.#below(130)
    const n = this.#items + 1
    this.#items += count
    const isLarge = this.#chance(this.#largePart)
    return { do: 'burst', n, channel: this.#pick(CHANNELS), count, ...(isLarge && { bytes: 8000 }) }
  }

  #connect(): Connect {
    this.#readers += 1
    const channels = CHANNELS.filter(() => this.#chance(0.35))
    const connect: Connect = {
      do: 'connect',
      reader: this.#readers,
      transport: this.#chance(0.4) ? 'sse' : 'websocket',
      channels: channels.length > 0 ? channels : ['a'],
      ...(this.#chance(0.6) && { since: this.#since() }),
      ...(this.#chance(0.3) && { history: this.#below(150) }),
      ...(this.#chance(0.3) && { sender: this.#pick(SENDERS) }),
      ...(this.#chance(0.3) && { bytesPerSecond: this.#paceOf() }),
      ...(this.#chance(0.5) && { systemBytes: this.#below(8000) }),
      ...(this.#chance(0.15) && { tokenMs: this.#below(200_000) }),
    }
    this.#open.push(connect)
    return connect
  }

  /** Where somebody resumes: where one that is gone stood, anywhere, or nowhere in this log. */
  #since(): Since {
    const choice = this.#random()
    if (choice < 0.5 && this.#gone.length > 0) return { asReader: this.#pick(this.#gone.slice(-5)) }
    if (choice < 0.9) return { back: this.#chance(0.5) ? this.#below(30) : this.#below(1000) }
    return this.#pick(['nonsense', 'foreign', 'ahead'])
  }

  /** Stalled, byte by byte, slow, or fast. */
  #paceOf(): number {
    return this.#pick([0, 0, 100, 1000, 10_000, 100_000])
  }

  #asReader(): Event | null {
    const reader = this.#anyOpen()?.reader
    if (reader === undefined) return null
    const channel = this.#pick(CHANNELS)
    const since = this.#chance(0.5) ? { since: this.#since() } : {}
    const history = this.#chance(0.3) ? { history: this.#below(150) } : {}
    const choice = this.#random()
    if (choice < 0.4) return { do: 'subscribe', reader, channel, ...since, ...history }
    if (choice < 0.65) return { do: 'unsubscribe', reader, channel }
    if (choice < 0.8) return { do: 'say', reader, item: { ...this.#item(), channel } }
    if (choice < 0.87) return { do: 'history', reader, channel, ...since }
    if (choice < 0.93) return { do: 'ping', reader }
    const channels = CHANNELS.filter(() => this.#chance(0.8))
    return { do: 'auth', reader, channels, tokenMs: this.#below(200_000) }
  }

  #readerTakes(): Event | null {
    const reader = this.#anyOpen()?.reader
    if (reader === undefined) return null
    if (this.#chance(0.4))
      return { do: 'take', reader, bytes: 1 + this.#below(this.#chance(0.5) ? 50 : 5000) }
    return { do: 'pace', reader, ...(this.#chance(0.5) && { bytesPerSecond: this.#paceOf() }) }
  }

  #readerLeaves(): Event | null {
    const connect = this.#anyOpen()
    if (!connect) return null
    this.#open = this.#open.filter(other => other !== connect)
    this.#gone.push(connect.reader)
    const { reader } = connect
    const choice = this.#random()
    if (choice < 0.7) return { do: 'die', reader }
    return { do: choice < 0.9 ? 'vanish' : 'kick', reader }
  }

  #pass(): Event {
    const choice = this.#random()
    if (choice < 0.3) return { do: 'pass', ms: 1 + this.#below(5) }
    if (choice < 0.8) return { do: 'pass', ms: 1 + this.#below(3000) }
    if (choice < 0.97) return { do: 'pass', ms: this.#below(60_000) }
    return { do: 'pass', ms: this.#below(200_000) }
  }

  #fail(): Event {
    const how = this.#pick(['before', 'before', 'after', 'lost', 'group', 'read'] as const)
    return { do: 'fail', how, count: 1 + this.#below(2) }
  }

  /** What changes for a while: how late the log is, how busy the machine, what time it is. */
  #weather(): Event {
    const choice = this.#random()
    if (choice < 0.5) return this.#late()
    if (choice < 0.7) return this.#slow()
    const far = this.#pick([1000, 60_000, HOUR_MS, 24 * HOUR_MS, 400 * 24 * HOUR_MS])
    return { do: 'jump', ms: Math.round((this.#random() * 2 - 1) * far) }
  }

  #late(): Event {
    if (this.#chance(0.3)) return { do: 'late', turns: [0] }
    const turns = Array.from({ length: 1 + this.#below(9) }, () => (this.#chance(0.4) ? 0 : this.#below(5)))
    return { do: 'late', turns }
  }

  #slow(): Event {
    return { do: 'slow', lookMs: this.#chance(0.5) ? 0 : this.#pick([0.5, 3, 10]) }
  }

  #restart(): Event {
    if (!this.#isDraining && this.#chance(0.3)) {
      this.#isDraining = true
      return { do: 'drain' }
    }
    this.#isDraining = false
    this.#gone.push(...this.#open.map(({ reader }) => reader))
    this.#open = []
    return { do: 'restart', ...(this.#chance(0.3) && { back: this.#below(60) }) }
  }

  #anyOpen(): Connect | undefined {
    return this.#open[this.#below(this.#open.length)]
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)]!
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #chance(part: number): boolean {
    return this.#random() < part
  }
}
