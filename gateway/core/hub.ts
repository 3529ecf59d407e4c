// The hub: which sessions listen to which channel, and whose turn it is to look. Follows the log; knows no storage, no socket.

import { formatCursor } from '../../shared/cursor.ts'
import type { ChannelRules } from './channel-rules.ts'
import { LiveChannel } from './live-channel.ts'
import type { Follower, Log, Message, Removal } from './log.ts'
import type { MessageContent } from './message-json.ts'
import { Queue } from './queue.ts'
import type { Subscriber, TurnTaker } from './subscriber.ts'
import { Subscription, type SubscriptionOwner } from './subscription.ts'
import { Tail } from './tail.ts'

/** One slice of a fan-out; then other work has its turn, so that 15,000 connections never hold the event loop. */
const SLICE_MS = 8
/** Sessions between two looks at the clock. */
const SLICE_STEP = 32

export class Hub implements Follower {
  readonly tail: Tail
  readonly #epoch: string
  readonly #rules: ChannelRules
  readonly #channels = new Map<string, LiveChannel>()
  readonly #ready = new Queue<TurnTaker>()
  /** The subscribers of the one channel that a tick touched; a set's iterator goes on where the last slice stopped. */
  #fanOut: SetIterator<Subscriber> | null = null
  /** Called for each channel that new messages or removals touched, before its subscribers look. */
  readonly #onTouched: (channel: string) => void
  #subscriptions = 0
  #runScheduled = false
  /** Turns asked for and taken so far, and how many were asked for when the last news had been announced. */
  #turnsAsked = 0
  #turnsTaken = 0
  #turnsWithNews = 0

  constructor(log: Log, rules: ChannelRules, tailBytes: number, onTouched: (channel: string) => void) {
    this.tail = new Tail(log.head, tailBytes)
    this.#epoch = log.epoch
    this.#rules = rules
    this.#onTouched = onTouched
  }

  get subscriptions(): number {
    return this.#subscriptions
  }

  get activeChannels(): number {
    return this.#channels.size
  }

  /** Some subscribers of a channel have not heard yet that it has news. */
  get isFanningOut(): boolean {
    return this.#fanOut !== null
  }

  /** Some subscribers have not had their turn since their channel had news; turns for anything else do not count. */
  get isDelivering(): boolean {
    return this.#fanOut !== null || this.#turnsTaken < this.#turnsWithNews
  }

  /** This node's live subscriptions of a channel (rule H5). */
  subscribers(channel: string): number {
    return this.#channels.get(channel)?.subscribers.size ?? 0
  }

  /** Channels with a subscriber, in no order. */
  activeNames(): Iterable<string> {
    return this.#channels.keys()
  }

  /** Channels with a subscriber, by name, after a name. Sorts no more than it needs: there may be 100,000. */
  listChannels(prefix: string, after: string, limit: number): { name: string; subscribers: number }[] {
    let names: string[] = []
    let beyond = '\x7f'
    for (const name of this.#channels.keys()) {
      if (name <= after || name >= beyond || !name.startsWith(prefix)) continue
      names.push(name)
      if (names.length < 2 * limit) continue
      names = names.sort().slice(0, limit)
      beyond = names.at(-1)!
    }
    return names
      .sort()
      .slice(0, limit)
      .map(name => ({ name, subscribers: this.subscribers(name) }))
  }

  /** From here on the tail keeps the channel's messages for this session; what came before, the log knows. */
  subscribe(owner: SubscriptionOwner, name: string): Subscription {
    let channel = this.#channels.get(name)
    if (!channel) {
      channel = new LiveChannel(name, this.#rules.of(name), this.tail)
      this.#channels.set(name, channel)
    }
    const subscription = new Subscription(owner, channel)
    channel.subscribers.add(subscription)
    this.#subscriptions += 1
    return subscription
  }

  unsubscribe(subscription: Subscription): void {
    const { channel } = subscription
    if (channel.subscribers.delete(subscription)) this.#subscriptions -= 1
    if (channel.subscribers.size === 0 && this.#channels.get(channel.name) === channel) {
      this.#channels.delete(channel.name)
    }
  }

  /** The log committed these. */
  appended(messages: readonly Message[], head: number): void {
    this.#queueFanOut()
    const touched = new Set<LiveChannel>()
    for (const message of messages) {
      this.#onTouched(message.channel)
      const channel = this.#channels.get(message.channel)
      if (!channel) continue
      this.tail.appendStored(channel, message, formatCursor(this.#epoch, message.seq), message.seq)
      touched.add(channel)
    }
    this.tail.seq = head
    this.#announce(touched)
  }

  /** The log lost these before their time. */
  removed(removal: Removal): void {
    this.#onTouched(removal.channel)
    const channel = this.#channels.get(removal.channel)
    if (!channel) return
    this.#queueFanOut()
    if ('through' in removal) {
      // Whoever has everything has no gap: moved to the head, it stands behind what is removed.
      for (const subscriber of channel.subscribers) subscriber.settle()
      channel.removeThrough(removal.through)
      return
    }
    channel.removeOne(removal.seq)
    const id = formatCursor(this.#epoch, removal.seq)
    for (const subscriber of channel.subscribers)
      subscriber.notify({ type: 'deleted', channel: channel.name, id })
  }

  /** Hands messages of channels without history to their subscribers (rule C4). */
  deliverUnstored(messages: readonly MessageContent[]): void {
    this.#queueFanOut()
    const touched = new Set<LiveChannel>()
    for (const message of messages) {
      const channel = this.#channels.get(message.channel)
      if (!channel) continue
      this.tail.appendUnstored(channel, message)
      touched.add(channel)
    }
    this.#announce(touched)
  }

  /** Gives a session its turn at the end of this turn of the event loop, so that what it has to say leaves in one write. */
  schedule(session: TurnTaker): void {
    this.#push(session)
    if (this.#runScheduled) return
    this.#runScheduled = true
    setImmediate(this.#run)
  }

  /**
   * News of one channel, while nobody waits: its subscribers look one after the other, and each is visited once. With
   * a thousand connections their state is no longer in the processor's cache when they come up a second time. Otherwise
   * all are told first and then have turns, so that news of several channels leave in one write.
   */
  #announce(touched: ReadonlySet<LiveChannel>): void {
    if (touched.size === 1 && this.#ready.length === 0) {
      for (const channel of touched) this.#fanOut = channel.subscribers.values()
    } else {
      for (const channel of touched) this.#queueAll(channel.subscribers)
    }
    this.#runSoon()
  }

  /** Something else comes before the fan-out has ended: whoever has not looked yet gets a turn. */
  #queueFanOut(): void {
    const fanOut = this.#fanOut
    this.#fanOut = null
    if (fanOut) this.#queueAll(fanOut)
  }

  #queueAll(subscribers: Iterable<Subscriber>): void {
    for (const subscriber of subscribers) {
      const waiting = subscriber.touch()
      if (waiting) this.#push(waiting)
    }
    this.#turnsWithNews = this.#turnsAsked
  }

  #push(waiting: TurnTaker): void {
    this.#ready.push(waiting)
    this.#turnsAsked += 1
  }

  /** Deliveries leave right after the commit, without another turn of the event loop. */
  #runSoon(): void {
    if (this.#runScheduled || this.#isIdle) return
    this.#runScheduled = true
    queueMicrotask(this.#run)
  }

  readonly #run = (): void => {
    this.#runScheduled = false
    const end = performance.now() + SLICE_MS
    // Nobody else has a turn during a fan-out: moving to the head, a session could pass over what it was not told of.
    if (this.#fanOutUntil(end)) this.#takeTurnsUntil(end)
    if (this.#isIdle || this.#runScheduled) return
    this.#runScheduled = true
    setImmediate(this.#run)
  }

  get #isIdle(): boolean {
    return this.#fanOut === null && this.#ready.length === 0
  }

  /** False: the time is over before everybody has looked. */
  #fanOutUntil(end: number): boolean {
    const fanOut = this.#fanOut
    if (fanOut === null) return true
    let done = 0
    for (const subscriber of fanOut) {
      subscriber.visit()
      done += 1
      if (done % SLICE_STEP === 0 && performance.now() > end) return false
    }
    // Unless a visit brought other news, and with them the next fan-out.
    if (this.#fanOut === fanOut) this.#fanOut = null
    return this.#fanOut === null
  }

  #takeTurnsUntil(end: number): void {
    for (let done = 1; this.#ready.length > 0; done += 1) {
      this.#turnsTaken += 1
      this.#ready.shift()!.takeTurn()
      if (done % SLICE_STEP === 0 && performance.now() > end) return
    }
  }
}
