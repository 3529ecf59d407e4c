// The world of one simulated life: the core over a log that fails, its readers, and the record of what was published.
// Carries out events; throws at the first broken promise. Knows neither seeds nor how events are chosen.

import type { Access, Identity } from '../../gateway/core/identity.ts'
import { LogClock } from '../../gateway/log/log-clock.ts'
import { Drain } from '../../gateway/ops/drain.ts'
import { Core } from '../core/core.ts'
import { LateLog, turn, turns } from '../core/late-log.ts'
import { MemoryLog } from '../memory-log.ts'
import { CHANNELS, hasHistory, RULES, retentionOf } from './channels.ts'
import type { Connect, Event, Item, Since } from './event.ts'
import type { HeldTime } from './held-time.ts'
import { HEARTBEAT_MS, Judge } from './judge.ts'
import { dataOf, Publishing } from './publishing.ts'
import { SimulatedReader } from './reader.ts'
import { Record } from './record.ts'

/** A few messages: readers fall out of it all the time. */
const TAIL_BYTES = 6000
/** Readers take what their pace allows so often, and the log's retention looks. */
const STEP_MS = 500
const DRAIN_MS = 5000
/** Long enough for every peer that is gone to be found out, with the grace of its socket. */
const FOUND_OUT_MS = 90_000

type EventOf<What extends Event['do']> = Extract<Event, { readonly do: What }>

export class World {
  readonly time: HeldTime
  readonly publishing: Publishing
  delivered = 0
  /** Called for each new core, to break it on purpose. */
  readonly #plant: (core: Core) => void
  readonly #judge: Judge
  readonly #record: Record
  readonly #logClock: LogClock
  readonly #readers = new Map<number, SimulatedReader>()
  #core: Core
  #turns: readonly number[] = [0]
  #turnsAt = 0
  #faults: EventOf<'fail'>['how'][] = []
  #epochs = 0

  constructor(time: HeldTime, plant: (core: Core) => void = () => {}) {
    this.time = time
    this.#plant = plant
    this.#judge = new Judge(time)
    this.#logClock = new LogClock(() => time.wallMs, 0)
    const clock = (): number => this.#logClock.now()
    const store = new MemoryLog({ clock, retention: retentionOf })
    this.#record = new Record(store, time, clock)
    this.publishing = new Publishing(this.#record, hasHistory, clock)
    this.#core = this.#startCore()
  }

  /** Carries out one event, then looks at everything. */
  async apply(event: Event): Promise<void> {
    await this.#act(event)
    this.check()
  }

  check(): void {
    this.#judge.check(this.#readers.values(), this.#core.faults)
  }

  /** Everybody takes everything, nothing more is published: then nothing may be missing, and nothing be left over. */
  async rest(): Promise<void> {
    this.#turns = [0]
    this.#faults = []
    this.time.lookMs = 0
    if (this.#judge.isDraining) await this.#restart({ do: 'restart' })
    for (const reader of this.#readers.values()) reader.socket.bytesPerSecond = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3; round += 1) {
      for (let quiet = 0; quiet < 60; quiet += 1) {
        for (const { socket } of this.#readers.values()) socket.takeFor(0)
        await turn()
      }
      await this.#pass(2000)
    }
    this.check()
    for (const reader of this.#readers.values()) this.#checkComplete(reader)
    await this.#checkNothingLeft()
  }

  async #act(event: Event): Promise<void> {
    switch (event.do) {
      case 'turns':
        return turns(event.count)
      case 'publish':
        return this.publishing.publish(this.#core, event.items, this.#judge.report)
      case 'burst':
        return this.publishing.publish(this.#core, itemsOf(event), this.#judge.report)
      case 'retry':
        return this.#retry(event.n)
      case 'foreign':
        return this.publishing.commit(event.items)
      case 'remove':
        return this.#remove(event)
      case 'purge':
        return this.#record.store.purge(event.channel)
      case 'pass':
        return this.#pass(event.ms)
      case 'jump':
        this.time.wallMs += event.ms
        this.#judge.hasJumped = true
        return
      case 'slow':
        this.time.lookMs = event.lookMs
        return
      case 'late':
        this.#turns = event.turns.length > 0 ? event.turns : [0]
        return
      case 'fail':
        this.#faults.push(...Array<EventOf<'fail'>['how']>(event.count).fill(event.how))
        return
      case 'drain':
        return this.#drain()
      case 'restart':
        return this.#restart(event)
      case 'connect':
        return this.#connect(event)
      default: {
        const reader = this.#readers.get(event.reader)
        if (reader) this.#actAs(reader, event)
      }
    }
  }

  #actAs(reader: SimulatedReader, event: Extract<Event, { readonly reader: number }>): void {
    const { socket } = reader
    switch (event.do) {
      case 'subscribe':
        return this.#subscribe(reader, event)
      case 'unsubscribe':
        return reader.command({ type: 'unsubscribe', channel: event.channel })
      case 'say':
        return this.#say(reader, event.item)
      case 'history':
        return reader.command({ type: 'history', channel: event.channel, ...this.#sinceOf(event.since) })
      case 'ping':
        return reader.command({ type: 'ping' })
      case 'auth':
        return this.#authenticate(reader, event)
      case 'pace':
        socket.bytesPerSecond = event.bytesPerSecond ?? Number.POSITIVE_INFINITY
        return socket.takeFor(0)
      case 'take':
        return socket.take(event.bytes)
      case 'die':
        return socket.die()
      case 'vanish':
        socket.isDeserted = true
        return
      case 'kick':
        reader.wasKicked = true
        if (reader.peer) this.#core.context.connections.disconnect(reader.peer.session.id, 'Kicked.')
    }
  }

  #startCore(): Core {
    const log = new LateLog(this.#record.store)
    log.turns = () => this.#turns[this.#turnsAt++ % this.#turns.length]!
    log.fault = () => {
      const at = this.#faults.findIndex(fault => fault !== 'read')
      return at < 0 ? null : (this.#faults.splice(at, 1)[0] as 'before')
    }
    log.failsToRead = () => {
      const at = this.#faults.indexOf('read')
      if (at < 0) return false
      this.#judge.hasFailedToRead = true
      return this.#faults.splice(at, 1).length > 0
    }
    const clock = (): number => this.time.wallMs
    const access = { authenticate: async (token: string) => identityOf(token), maySubscribe }
    const core = new Core({
      rules: RULES,
      tailBytes: TAIL_BYTES,
      clock,
      log,
      heartbeatMs: HEARTBEAT_MS,
      access,
    })
    this.#record.watch(core)
    this.#plant(core)
    return core
  }

  #retry(n: number): void {
    const item = this.publishing.again(n)
    if (item) this.publishing.publish(this.#core, [item], this.#judge.report)
  }

  #connect(connect: Connect): void {
    if (this.#judge.isDraining) return
    const since = this.#cursorOf(connect.since)
    const reader = new SimulatedReader({
      connect,
      time: this.time,
      witness: this.#witnessOptions(since, connect.sender),
      unstoredCounts: () => this.#record.unstoredCounts(),
      onPublished: (item, answer) => this.publishing.checkCommand(item, answer),
      onProblem: this.#judge.report,
    })
    reader.socket.onEnded = code => this.#judge.ended(reader, code)
    this.#readers.get(connect.reader)?.socket.die()
    this.#readers.set(connect.reader, reader)
    const { tokenMs } = connect
    const ends = this.time.nowMs + (tokenMs ?? Number.POSITIVE_INFINITY)
    reader.tokenEnds = { earliest: ends, latest: ends }
    const token = { channels: CHANNELS, expires: this.time.wallMs + (tokenMs ?? 0) }
    reader.begin(
      this.#core,
      since,
      tokenMs === undefined ? { kind: 'anonymous' } : identityOf(JSON.stringify(token)),
    )
  }

  #witnessOptions(since: string | undefined, sender: string | undefined) {
    const { log } = this.#core
    return {
      record: this.#record,
      epoch: log.epoch,
      hasHistory,
      trimmed: (channel: string) => log.trimmedSeen.get(channel) ?? 0,
      since,
      sender,
      connectedAt: this.#logClock.now(),
    }
  }

  #subscribe(reader: SimulatedReader, { channel, since, history }: EventOf<'subscribe'>): void {
    const asked = this.#sinceOf(since)
    reader.command({ type: 'subscribe', channel, ...asked, ...(history !== undefined && { history }) }, asked)
  }

  #say(reader: SimulatedReader, item: Item): void {
    const { channel, key } = item
    const data = JSON.parse(dataOf(item)) as string
    reader.command({ type: 'publish', channel, data, ...(key !== undefined && { key }) }, { item })
  }

  #authenticate(reader: SimulatedReader, { channels, tokenMs }: EventOf<'auth'>): void {
    const { earliest, latest } = reader.tokenEnds
    if (latest === Number.POSITIVE_INFINITY) return
    const ends = this.time.nowMs + tokenMs
    // Until the command is carried out the old token counts.
    reader.tokenEnds = { earliest: Math.min(earliest, ends), latest: Math.max(latest, ends) }
    const token = JSON.stringify({ channels, expires: this.time.wallMs + tokenMs })
    reader.command({ type: 'auth', token })
  }

  async #remove({ channel, back }: EventOf<'remove'>): Promise<void> {
    const message = this.#record.stored(channel).at(-1 - back)
    if (message) await this.#record.store.remove(channel, message.seq)
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await this.time.pass(Math.min(STEP_MS, left), turn)
      this.#logClock.moveAnchor()
      for (const { socket } of this.#readers.values()) socket.takeFor(Math.min(STEP_MS, left))
      await turn()
      if (ms > 10_000) this.check()
    }
  }

  async #drain(): Promise<void> {
    if (this.#judge.isDraining) return
    this.#judge.isDraining = true
    const { connections } = this.#core.context
    const drain = new Drain({
      connections,
      windowMs: DRAIN_MS,
      random: () => 0.5,
      now: () => this.time.nowMs,
    })
    void drain.run()
  }

  /** The process is gone with everything in it, and so are its sockets. */
  async #restart({ back }: EventOf<'restart'>): Promise<void> {
    this.#core.log.cut()
    for (const { socket } of this.#readers.values()) {
      socket.listener = null
      socket.die()
    }
    // What had its answer already goes on for a moment, with nobody to hear it.
    await turns(5)
    this.time.dropTimers()
    this.delivered += this.#core.context.counters.delivered
    this.#judge.isDraining = false
    if (back !== undefined) {
      const { store } = this.#record
      this.#epochs += 1
      const epoch = `memory${String(this.#epochs).padStart(2, '0')}`
      this.#record.restore(store.restored(epoch, Math.max(0, store.head - back)))
      this.publishing.restore()
    }
    this.#core = this.#startCore()
  }

  #checkComplete(reader: SimulatedReader): void {
    if (!reader.isAlive) return
    const name = `reader ${reader.connect.reader}`
    if (!reader.isOpened) throw new Error(`${name} was never opened`)
    if (!reader.isAnswered) throw new Error(`${name} waits for answers after ${reader.witness.answered}`)
    try {
      reader.witness.checkComplete()
    } catch (problem) {
      throw new Error(`${name}: ${(problem as Error).message}`, { cause: problem })
    }
  }

  async #checkNothingLeft(): Promise<void> {
    for (const { socket } of this.#readers.values()) if (!socket.isDeserted) socket.die()
    await this.#pass(FOUND_OUT_MS)
    for (const { socket } of this.#readers.values()) socket.die()
    await turns(20)
    const { hub, context } = this.#core
    this.delivered += context.counters.delivered
    if (hub.activeChannels + hub.subscriptions + context.connections.size > 0)
      throw new Error(
        `left over: ${JSON.stringify(hub.listChannels('', '', 10))}, ${context.connections.size}`,
      )
    context.connections.stop()
    await this.#pass(DRAIN_MS + 1000)
    if (this.time.timers > 0) throw new Error(`${this.time.timers} timers are left over`)
  }

  #sinceOf(since: Since | undefined): { since?: string } {
    const cursor = this.#cursorOf(since)
    return cursor === undefined ? {} : { since: cursor }
  }

  /** A cursor in this world; undefined when nobody has one to give. */
  #cursorOf(since: Since | undefined): string | undefined {
    const { store } = this.#record
    if (since === undefined) return undefined
    if (since === 'nonsense') return 'nonsense'
    if (since === 'foreign') return 'otherlog-5'
    if (since === 'ahead') return store.cursor(store.head + 1000)
    if ('back' in since) return store.cursor(Math.max(0, store.head - since.back))
    return this.#readers.get(since.asReader)?.witness.resumePoint
  }
}

function itemsOf({ n, channel, count }: EventOf<'burst'>): Item[] {
  return Array.from({ length: count }, (_, index) => ({ n: n + index, channel }))
}

/** Tokens are plain here: whose channels, and until when. */
function identityOf(token: string): Identity {
  const { channels, expires } = JSON.parse(token) as { channels: readonly string[]; expires: number }
  return {
    kind: 'client',
    user: 'ada',
    subscribe: channel => channels.includes(channel),
    publish: () => true,
    expires,
  }
}

const maySubscribe: Access['maySubscribe'] = (identity, channel) =>
  identity.kind !== 'client' || identity.subscribe(channel)
    ? null
    : { code: 'forbidden', message: `The token does not grant "${channel}".` }
