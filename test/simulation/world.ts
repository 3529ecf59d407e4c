// The world of one simulated life: the core over a log that fails, its readers, and the record of what was published.
// Carries out events; throws at the first broken promise. Knows neither seeds nor how events are chosen.

import { Drain } from '../../gateway/ops/drain.ts'
import { Core } from '../core/core.ts'
import { LateLog, turn, turns } from '../core/late-log.ts'
import { MemoryLog } from '../memory-log.ts'
import { CHANNELS, hasHistory, RULES, retentionOf } from './channels.ts'
import type { Connect, Event, Item, Since, WorldEvent } from './event.ts'
import type { HeldTime } from './held-time.ts'
import { FOUND_OUT_MS, HEARTBEAT_MS, Judge } from './judge.ts'
import { LogTime } from './log-time.ts'
import { LogWeather } from './log-weather.ts'
import { Publishing } from './publishing.ts'
import { SimulatedReader } from './reader.ts'
import { actAs, type Surroundings } from './reader-act.ts'
import { Record } from './record.ts'
import { ACCESS, identityOf, writeToken } from './token.ts'

/** A few messages: readers fall out of it all the time. */
const SMALL_TAIL_BYTES = 6000
/** Readers take what their pace allows so often, and the log's retention looks. */
const STEP_MS = 500
const DRAIN_MS = 5000
/** What is under way may meet a shorter wait. */
const SHORT_MS = 5
/** A read waits for its turn, then for the socket's. */
const IDLE_TURNS = 4
/** So many times ten turns: a crowd may have hundreds of pages to read. */
const CATCH_UP_TENS = 500

type EventOf<What extends Event['do']> = Extract<Event, { readonly do: What }>

export class World implements Surroundings {
  readonly time: HeldTime
  readonly publishing: Publishing
  delivered = 0
  /** Called for each new core, to break it on purpose. */
  readonly #plant: (core: Core) => void
  readonly #judge: Judge
  readonly #weather: LogWeather
  readonly #record: Record
  readonly #logTime: LogTime
  readonly #readers = new Map<number, SimulatedReader>()
  #core: Core
  #epochs = 0
  #tailBytes = SMALL_TAIL_BYTES

  constructor(time: HeldTime, plant: (core: Core) => void = () => {}) {
    this.time = time
    this.#plant = plant
    this.#judge = new Judge(time)
    this.#weather = new LogWeather(() => {
      this.#judge.hasFailedToRead = true
    })
    this.#logTime = new LogTime({ wall: () => time.wallMs, elapsed: () => time.elapsedMs })
    const clock = (): number => this.#logTime.now()
    const store = new MemoryLog({ clock, retention: retentionOf })
    this.#record = new Record(store, time, clock)
    this.publishing = new Publishing(this.#record, hasHistory, clock)
    this.#core = this.#startCore()
  }

  /** Carries out one event, then looks at everything. */
  async apply(event: Event): Promise<void> {
    if (event.do === 'connect' || !('reader' in event)) await this.#act(event)
    else {
      const reader = this.#readers.get(event.reader)
      if (reader) actAs(reader, event, this)
    }
    this.#check()
  }

  /** Everybody takes everything, nothing more is published: then nothing may be missing, and nothing be left over. */
  async rest(): Promise<void> {
    this.#weather.clear()
    if (this.#judge.isDraining) await this.#restart({ do: 'restart' })
    await this.#catchUp()
    this.time.lookMs = 0
    for (const reader of this.#readers.values()) reader.socket.bytesPerSecond = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3; round += 1) {
      for (let quiet = 0; quiet < 60; quiet += 1) {
        for (const { socket } of this.#readers.values()) socket.takeFor(0)
        await turn()
      }
      await this.#pass(2000)
    }
    this.#check()
    for (const reader of this.#readers.values()) reader.checkComplete()
    await this.#checkNothingLeft()
  }

  /** Whoever keeps up has everything soon, and waits for nobody who does not. */
  async #catchUp(): Promise<void> {
    let late = [...this.#readers.values()].filter(reader => reader.keepsUp)
    for (let left = CATCH_UP_TENS; late.length > 0 && left > 0; left -= 1) {
      await turns(10)
      late = late.filter(reader => !reader.isComplete)
    }
    for (const reader of late) if (reader.keepsUp) reader.checkComplete()
  }

  cursorOf(since: Since | undefined): string | undefined {
    const { store } = this.#record
    if (since === undefined) return undefined
    if (since === 'nonsense') return 'nonsense'
    if (since === 'foreign') return 'otherlog-5'
    if (since === 'ahead') return store.cursor(store.head + 1_000_000)
    if ('back' in since) return store.cursor(Math.max(0, store.head - since.back))
    return this.#readers.get(since.asReader)?.witness.resumePoint
  }

  disconnect(id: string): void {
    this.#core.context.connections.disconnect(id, 'Kicked.')
  }

  async #act(event: WorldEvent): Promise<void> {
    const { store } = this.#record
    const acts: { readonly [What in WorldEvent['do']]: (event: EventOf<What>) => void | Promise<void> } = {
      connect: connect => this.#connect(connect),
      publish: ({ items }) => this.#publish(items),
      burst: burst => this.#publish(itemsOf(burst)),
      retry: ({ n }) => this.#publish(this.publishing.again(n)),
      foreign: ({ items }) => this.publishing.commit(items),
      remove: remove => this.#remove(remove),
      purge: ({ channel }) => store.purge(channel),
      turns: ({ count }) => turns(count),
      pass: ({ ms }) => this.#pass(ms),
      jump: ({ ms }) => {
        this.time.wallMs += ms
        this.#judge.hasJumped = true
      },
      slow: ({ lookMs }) => {
        this.time.lookMs = lookMs
      },
      late: late => this.#weather.setTurns(late.turns),
      fail: ({ how, count }) => this.#weather.fail(how, count),
      tail: ({ bytes }) => {
        this.#tailBytes = bytes
      },
      drain: () => this.#drain(),
      restart: restart => this.#restart(restart),
    }
    await (acts[event.do] as (event: WorldEvent) => void | Promise<void>)(event)
  }

  #check(): void {
    this.#judge.check(this.#readers.values(), this.#core.faults)
  }

  #startCore(): Core {
    const log = new LateLog(this.#record.store)
    this.#weather.rule(log)
    const clock = (): number => this.time.wallMs
    const options = { rules: RULES, heartbeatMs: HEARTBEAT_MS, access: ACCESS }
    const core = new Core({ ...options, tailBytes: this.#tailBytes, clock, log })
    this.#record.watch(core)
    this.#plant(core)
    return core
  }

  #publish(items: readonly Item[]): void {
    if (items.length > 0) this.publishing.publish(this.#core, items, this.#judge.report)
  }

  #connect(connect: Connect): void {
    if (this.#judge.isDraining) return
    const since = this.cursorOf(connect.since)
    const { log } = this.#core
    const reader = new SimulatedReader({
      connect,
      time: this.time,
      witness: {
        record: this.#record,
        epoch: log.epoch,
        hasHistory,
        trimmed: channel => log.trimmedSeen.get(channel) ?? 0,
        since,
        sender: connect.sender,
        wasOver: this.#record.overNow(),
      },
      written: isFresh => ({
        unstored: this.#record.unstoredCounts(),
        head: this.#record.store.head,
        wasOver: isFresh ? this.#record.overNow() : () => false,
      }),
      onPublished: (item, answer) => this.publishing.checkCommand(item, answer),
      onProblem: this.#judge.report,
    })
    reader.socket.onEnded = code => this.#judge.ended(reader, code)
    this.#readers.get(connect.reader)?.socket.die()
    this.#readers.set(connect.reader, reader)
    const { tokenMs } = connect
    const ends = this.time.nowMs + (tokenMs ?? Number.POSITIVE_INFINITY)
    reader.tokenEnds = { earliest: ends, latest: ends }
    const token = writeToken({ channels: CHANNELS, expires: this.time.wallMs + (tokenMs ?? 0) })
    reader.begin(this.#core, since, tokenMs === undefined ? { kind: 'anonymous' } : identityOf(token))
  }

  async #remove({ channel, back }: EventOf<'remove'>): Promise<void> {
    // Whoever asks for this does so in a turn of its own.
    await turn()
    const message = this.#record.stored(channel).at(-1 - back)
    if (!message) return
    // A page that is being read meanwhile may still bring it.
    if (this.#core.log.underWay === 0) this.#record.expectNoMore(message.seq)
    await this.#record.store.remove(channel, message.seq)
  }

  /** A turn of the event loop takes no time here: what is under way meets a short wait, and comes to its end in a long one. */
  async #pass(ms: number): Promise<void> {
    const isLong = ms > SHORT_MS
    if (isLong) await this.#settle()
    for (let left = ms; left > 0; left -= STEP_MS) {
      const stepMs = Math.min(STEP_MS, left)
      await this.time.pass(stepMs, turn)
      this.#logTime.look()
      for (const { socket } of this.#readers.values()) socket.takeFor(stepMs)
      if (isLong) await this.#settle()
      else await turn()
      this.#check()
    }
  }

  /** Lets everything that the log was asked for come back, and what follows from it happen. */
  async #settle(): Promise<void> {
    const { log } = this.#core
    // A fan-out may take a turn for each reader.
    for (let idle = 0; idle < IDLE_TURNS + this.#readers.size; ) {
      const { reads } = log
      await turn()
      idle = log.underWay === 0 && log.reads === reads ? idle + 1 : 0
    }
  }

  #drain(): void {
    if (this.#judge.isDraining) return
    this.#judge.isDraining = true
    const { connections } = this.#core.context
    const now = (): number => this.time.nowMs
    void new Drain({ connections, windowMs: DRAIN_MS, random: () => 0.5, now }).run()
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
    if (back !== undefined) this.#restore(back)
    this.#core = this.#startCore()
  }

  /** The log is put back from a copy, and has a new epoch (rule C3). */
  #restore(back: number): void {
    const { store } = this.#record
    this.#epochs += 1
    const epoch = `memory${String(this.#epochs).padStart(2, '0')}`
    this.#record.restore(store.restored(epoch, Math.max(0, store.head - back)))
    this.publishing.restore()
  }

  async #checkNothingLeft(): Promise<void> {
    for (const { socket } of this.#readers.values()) if (!socket.isDeserted) socket.die()
    await this.#pass(FOUND_OUT_MS)
    for (const { socket } of this.#readers.values()) socket.die()
    await turns(20)
    const { hub, context } = this.#core
    this.delivered += context.counters.delivered
    if (hub.activeChannels + hub.subscriptions + context.connections.size > 0) {
      const channels = JSON.stringify(hub.listChannels('', '', 10))
      throw new Error(`left over: ${channels}, ${context.connections.size} connections`)
    }
    context.connections.stop()
    await this.#pass(DRAIN_MS + 1000)
    if (this.time.timers > 0) throw new Error(`${this.time.timers} timers are left over`)
  }
}

function itemsOf({ n, channel, count, bytes = 0 }: EventOf<'burst'>): Item[] {
  return Array.from({ length: count }, (_, index) => ({ n: n + index, channel, bytes }))
}
