// A random life of the core: publishers, readers that stall and die, a log that is late and fails. Every frame has a witness.
// The same random numbers give the same life; knows no assertions of its own but those of the witnesses.

import type { ChannelRule } from '../../gateway/core/channel-rules.ts'
import type { Publication } from '../../gateway/core/publication.ts'
import { Core, type Peer } from './core.ts'
import { FakeLink } from './fake-link.ts'
import { turn, turns } from './late-log.ts'
import { Record } from './record.ts'
import { Witness } from './witness.ts'

const OPEN = { subscribe: 'anyone', publish: 'subscribers', presence: false } as const
/** `few` is trimmed all the time; `u…` keep nothing. */
const RULES: readonly ChannelRule[] = [
  { ...OPEN, match: 'u*', history: null },
  { ...OPEN, match: 'few', history: { messages: 8, ageMs: 1e9 } },
  { ...OPEN, match: '*', history: { messages: 250, ageMs: 60_000 } },
]
const CHANNELS = ['a', 'b', 'c', 'few', 'u1', 'u2']
const SENDERS = ['x', 'y']
/** A few messages: readers fall out of it all the time. */
const TAIL_BYTES = 6000
const MAX_PEERS = 8
/** A chunk that is under way, one that waits, and answers. */
const MAX_PENDING_BYTES = 4 * 64 * 1024

interface Reader {
  readonly peer: Peer
  readonly witness: Witness
  readonly sender: string | undefined
  readonly requests: Map<number, string | undefined>
}

export class Simulation {
  now = 1_000_000
  readonly core: Core
  readonly record: Record
  readonly #random: () => number
  #readers: Reader[] = []
  #resumePoints: string[] = []
  readonly #problems: unknown[] = []
  #published = 0
  #ref = 0

  constructor(random: () => number) {
    this.#random = random
    this.core = new Core({ rules: RULES, tailBytes: TAIL_BYTES, clock: () => this.now })
    this.record = new Record(this.core, () => this.now)
    this.core.log.turns = () => (this.#chance(0.5) ? 0 : this.#below(4))
    this.core.log.fails = () => this.#chance(0.05)
  }

  /** Lives so many steps, then lets everything come to rest; throws at the first broken promise. */
  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.#step()
      await turns(this.#chance(0.6) ? 0 : this.#below(4))
      this.#check()
    }
    await this.#rest()
    const { inner } = this.core.log
    for (const { witness } of this.#readers) witness.checkComplete(inner.head)
    for (const reader of this.#readers) reader.peer.link.die()
    await turns(20)
    const { hub, context } = this.core
    if (hub.activeChannels + hub.subscriptions + context.connections.size > 0) {
      throw new Error(
        `left over: ${JSON.stringify(hub.listChannels('', '', 10))}, ${context.connections.size}`,
      )
    }
  }

  async #step(): Promise<void> {
    const actions: [number, () => void | Promise<void>][] = [
      [30, () => this.#publish()],
      [6, () => this.#burst()],
      [this.#readers.length < MAX_PEERS ? 8 : 0, () => this.#connect()],
      [8, () => this.#subscribe()],
      [4, () => this.#command('unsubscribe')],
      [3, () => this.#publishByCommand()],
      [8, () => this.#stall()],
      [10, () => this.#take()],
      [3, () => this.#die()],
      [2, () => this.#remove()],
      [1, () => this.core.log.inner.purge(this.#pick(CHANNELS))],
      [3, () => this.#wait()],
      [3, () => this.#any()?.peer.session.beat()],
    ]
    const total = actions.reduce((sum, [weight]) => sum + weight, 0)
    let left = this.#below(total)
    for (const [weight, act] of actions) {
      left -= weight
      if (left < 0) return act()
    }
  }

  #publish(): void {
    const group = Array.from({ length: 1 + this.#below(4) }, () => this.#publication(this.#pick(CHANNELS)))
    void this.core.context.publisher.publish(group)
  }

  /** More than a page of one channel at once. */
  #burst(): void {
    const channel = this.#pick(CHANNELS)
    const group = Array.from({ length: this.#below(130) }, () => this.#publication(channel))
    void this.core.context.publisher.publish(group)
  }

  #publication(channel: string): Publication {
    this.#published += 1
    const sender = this.#chance(0.3) ? this.#pick(SENDERS) : undefined
    const ttlMs = this.#chance(0.1) ? 1 + this.#below(4000) : undefined
    const key = String(this.#below(20))
    const idempotency = this.#chance(0.1) ? { scope: 'key', key } : undefined
    const data = `"${this.#published}${'.'.repeat(this.#chance(0.1) ? this.#below(1000) : 0)}"`
    return { channel, data, sender, ttlMs, idempotency }
  }

  #connect(): void {
    const link = new FakeLink(this.#chance(0.5) ? 'sse' : 'websocket')
    link.isStalled = this.#chance(0.3)
    const channels = CHANNELS.filter(() => this.#chance(0.4))
    if (channels.length === 0) channels.push('a')
    const since = this.#chance(0.6) ? this.#cursor() : undefined
    const history = this.#chance(0.3) ? this.#below(150) : undefined
    const sender = this.#chance(0.3) ? this.#pick(SENDERS) : undefined
    const witness = new Witness(this.record, since, sender)
    const requests = new Map<number, string | undefined>()
    link.onSent = sent => {
      try {
        witness.take(sent, ref => requests.get(Number(ref)))
      } catch (problem) {
        // Thrown later: here it would only look like a fault of the gateway.
        this.#problems.push(problem)
      }
    }
    const peer = this.core.connect(channels, {
      link,
      since,
      history,
      ...(sender !== undefined && { sender }),
    })
    this.#readers.push({ peer, witness, sender, requests })
  }

  /** Where somebody resumes: where a dead one stood, anywhere, or nowhere in this log. */
  #cursor(): string {
    const { inner } = this.core.log
    const choice = this.#random()
    if (choice < 0.5 && this.#resumePoints.length > 0) return this.#pick(this.#resumePoints)
    if (choice < 0.9) return inner.cursor(this.#below(inner.head + 1))
    return this.#pick(['nonsense', 'otherlog-5', inner.cursor(inner.head + 1000)])
  }

  #subscribe(): void {
    const since = this.#chance(0.5) ? this.#cursor() : undefined
    const history = this.#chance(0.3) ? this.#below(150) : undefined
    this.#command('subscribe', {
      ...(since !== undefined && { since }),
      ...(history !== undefined && { history }),
    })
  }

  #command(type: 'subscribe' | 'unsubscribe', more: { since?: string; history?: number } = {}): void {
    const reader = this.#any()
    if (!reader?.witness.hasWelcome || reader.peer.link.transport === 'sse') return
    const channel = this.#pick(CHANNELS)
    if (type === 'unsubscribe' && !reader.witness.heard.has(channel)) return
    this.#ref += 1
    reader.requests.set(this.#ref, more.since)
    reader.peer.command({ type, ref: this.#ref, channel, ...more })
  }

  #publishByCommand(): void {
    const reader = this.#any()
    if (!reader?.witness.hasWelcome || reader.peer.link.transport === 'sse') return
    this.#published += 1
    reader.peer.command({ type: 'publish', channel: this.#pick(CHANNELS), data: String(this.#published) })
  }

  #stall(): void {
    const link = this.#any()?.peer.link
    if (link) link.isStalled = true
  }

  #take(): void {
    const link = this.#any()?.peer.link
    if (!link) return
    if (this.#chance(0.3)) link.isStalled = false
    link.take(this.#chance(0.5) ? this.#below(2000) : undefined)
  }

  #die(): void {
    const reader = this.#any()
    if (!reader) return
    reader.peer.link.die()
    this.#readers = this.#readers.filter(other => other !== reader)
    const { resumePoint } = reader.witness
    if (resumePoint !== undefined) this.#resumePoints.push(resumePoint)
  }

  #wait(): void {
    this.now += this.#below(3000)
  }

  async #remove(): Promise<void> {
    const channel = this.#pick(CHANNELS)
    const stored = this.record.stored(channel)
    if (stored.length > 0) await this.core.log.inner.remove(channel, this.#pick(stored.slice(-50)).seq)
  }

  /** Everybody takes everything, nothing more is published. */
  async #rest(): Promise<void> {
    this.core.log.fails = () => false
    for (let quiet = 0; quiet < 300; quiet += 1) {
      for (const { peer } of this.#readers) {
        peer.link.isStalled = false
        peer.link.take()
      }
      if (quiet % 100 === 99) this.now += 2000
      await turn()
    }
    this.#check()
  }

  #check(): void {
    const wrong = [...this.#problems, ...this.core.faults]
    if (wrong.length > 0) throw wrong[0]
    for (const { peer } of this.#readers) {
      const { pendingBytes } = peer.session
      if (pendingBytes > MAX_PENDING_BYTES) throw new Error(`${pendingBytes} bytes wait for one reader`)
      if (peer.link.writes.some(({ wasBusy }) => wasBusy)) throw new Error('a busy socket was written to')
    }
  }

  #any(): Reader | undefined {
    return this.#readers[this.#below(this.#readers.length)]
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
