// A client as a page holds it: its subscriptions, what it asks, what it is told. Knows the protocol, not the connection's
// ups and downs (connection.ts) and not what carries it (link.ts).

import type {
  FailureFrame,
  Gap,
  Json,
  Live,
  MessageFrame,
  ServerFrame,
  Subscribed,
} from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type {
  Call,
  HistoryOptions,
  HistoryPage,
  Presence,
  PublishOptions,
  PublishResult,
  RunCall,
} from './calls.ts'
import { Calls } from './calls.ts'
import { lossOfPast, readPast } from './catch-up.ts'
import type { ChannelOwner } from './channel.ts'
import { Channel } from './channel.ts'
import type { ConnectionOptions, Wish } from './connection.ts'
import { Connection } from './connection.ts'
import type { State } from './connection-state.ts'
import type { ClientEvents } from './events.ts'
import { call, Listeners } from './events.ts'
import { TwinwireError } from './failure.ts'
import { callByHttp } from './http-calls.ts'
import { browserStorage, KeptCursors } from './kept.ts'
import type { Heartbeat } from './link.ts'
import { PendingCalls } from './pending-calls.ts'
import { Progress } from './progress.ts'
import type { Handler, Received, SubscribeOptions, Subscription } from './subscription.ts'
import { askFor, createSubscription } from './subscription.ts'
import type { TokenSource } from './tokens.ts'
import { Tokens } from './tokens.ts'
import type { KeptIn } from './world.ts'

export interface ConnectOptions extends ConnectionOptions, TokenSource {
  /** Go on after a reload where the page was: in `sessionStorage`, or where you say. */
  readonly keepCursor?: boolean | KeptIn
}

/** When, or up to twice as late, a channel is asked for again: a rate passes at once, an outage may not. */
const ASK_AGAIN_MS: { readonly [code: string]: number } = { rate_limited: 1000, unavailable: 5000 }
const CLOSED = 'The client has been closed.'

export class Twinwire implements ChannelOwner {
  readonly #sender: string | undefined
  readonly #listeners = new Listeners()
  readonly #progress = new Progress()
  readonly #pending = new PendingCalls()
  readonly #http: RunCall
  readonly #calls = new Calls(each => this.#run(each))
  readonly #kept: KeptCursors | undefined
  readonly #connection: Connection
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor(url: URL, options: ConnectOptions) {
    const tokens = new Tokens(options)
    const { keepCursor, sender } = options
    this.#sender = sender
    this.#http = callByHttp(url, tokens, sender)
    const storage = keepCursor === true ? browserStorage('sessionStorage') : keepCursor || undefined
    this.#kept = storage && new KeptCursors(storage, url, () => this.#progress.positions())
    this.#connection = new Connection(url, options, tokens, {
      wish: transport => this.#wish(transport),
      onFrame: frame => this.#receive(frame),
      onState: (state, before) => this.#onState(state, before),
      onError: problem => this.#listeners.emit('error', problem),
    })
  }

  get state(): State {
    return this.#connection.state
  }

  /** Adds a listener; returns its removal. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (value: ClientEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  /** Hands each message of a channel to the handler, exactly once and in order, across reconnects. */
  subscribe(channel: string, options: SubscribeOptions | Handler = {}, handler: Handler = () => {}): Channel {
    if (typeof options === 'function') return this.subscribe(channel, {}, options)
    if (this.#progress.get(channel)?.handler)
      throw new Error(`Already subscribed to ${channel}: unsubscribe first.`)
    const since = options.since ?? this.#kept?.take(channel)
    const wish = since === undefined ? options : { ...options, since }
    const subscription = createSubscription(channel, handler, wish)
    this.#progress.add(subscription)
    // While connecting, `welcome` asks for what the URL has not.
    if (this.#connection.transport === 'sse') this.#connection.reopen()
    else if (this.state.name === 'open') this.#ask(subscription)
    return new Channel(channel, this, () => this.#unsubscribe(subscription))
  }

  /** Resolves when the message is committed (rule H1); waits for the connection. Rejects with a `TwinwireError`. */
  publish(channel: string, data: Json, options?: PublishOptions): Promise<PublishResult> {
    return this.#calls.publish(channel, data, options)
  }

  history(channel: string, options?: HistoryOptions): Promise<HistoryPage> {
    return this.#calls.history(channel, options)
  }

  presence(channel: string): Promise<Presence> {
    return this.#calls.presence(channel)
  }

  /** Connects now instead of after the wait, or again after a final refusal. */
  retry(): void {
    this.#connection.retry()
  }

  close(): void {
    this.#connection.close()
  }

  async #run(call: Call): Promise<unknown> {
    const { state } = this
    if (state.name === 'closed') throw new TwinwireError('connection_lost', CLOSED)
    if (state.name === 'stopped') throw new TwinwireError(state.loss.code, state.loss.reason)
    if (this.#connection.transport === 'sse') return await this.#http(call)
    const answer = this.#pending.add(call)
    if (state.name === 'open') this.#pending.flush(each => this.#connection.send(each))
    return await answer
  }

  #unsubscribe(subscription: Subscription): void {
    const { channel, phase } = subscription
    if (this.#progress.get(channel) !== subscription) return
    this.#progress.delete(channel)
    if (phase === 'idle') return
    if (this.#connection.transport === 'sse') this.#connection.reopen()
    else this.#connection.send({ type: 'unsubscribe', ref: this.#pending.nextRef(), channel })
  }

  #ask(subscription: Subscription): void {
    this.#connection.send(askFor(subscription, this.#pending.nextRef()))
  }

  #askIdle(): void {
    for (const subscription of this.#progress.idle()) this.#ask(subscription)
  }

  #wish(transport: Transport): Wish {
    return transport === 'sse' ? this.#progress.openStream() : this.#progress.openSocket()
  }

  #onState(state: State, before: State): void {
    if (before.name === 'open') this.#pending.lost(before.user)
    if (state.name === 'open') this.#begin()
    else {
      clearTimeout(this.#pause)
      this.#progress.reset()
    }
    if (state.name === 'stopped') this.#pending.end(state.loss.code, state.loss.reason)
    if (state.name === 'closed') {
      this.#kept?.close()
      this.#pending.end('connection_lost', CLOSED)
    }
    this.#listeners.emit('state', state)
  }

  #begin(): void {
    if (this.#connection.transport === 'sse') this.#pending.divert(this.#http)
    else {
      this.#askIdle()
      this.#pending.flush(each => this.#connection.send(each))
    }
  }

  #receive(frame: ServerFrame | Heartbeat): void {
    switch (frame.type) {
      case 'subscribed':
        this.#subscribed(frame)
        break
      case 'message':
        this.#deliver(frame)
        break
      case 'gap':
        if (this.#progress.gap(frame)) this.#listeners.emit('gap', frame)
        break
      case 'live':
        this.#live(frame)
        break
      case 'heartbeat':
        if (frame.id !== undefined) this.#progress.moved(frame.id)
        break
      case 'deleted':
      case 'join':
      case 'leave':
        this.#listeners.emit(frame.type, frame as never)
        break
      case 'presence':
        if (!this.#pending.answer(frame)) this.#listeners.emit('presence', frame)
        break
      case 'history':
      case 'published':
        this.#pending.answer(frame)
        break
      case 'failure':
        if (!this.#pending.answer(frame)) this.#failed(frame)
        break
      case 'unsubscribed':
        if (frame.reason !== undefined) this.#revoked(frame.channel, frame.reason)
        break
    }
  }

  #subscribed(frame: Subscribed): void {
    if (!this.#progress.subscribed(frame)) return
    this.#listeners.emit('subscribed', frame)
    if (frame.recovered) this.#listeners.emit('recovered', frame)
  }

  #live(frame: Live): void {
    const behind = this.#progress.live(frame)
    this.#kept?.moved()
    for (const channel of frame.channels)
      if (!behind.some(each => each.channel === channel)) this.#listeners.emit('live', { channel })
    for (const each of behind) void this.#catchUp(each)
  }

  #deliver(frame: MessageFrame): void {
    const message = this.#progress.message(frame)
    if (message) this.#give(message)
  }

  #give(message: Received): void {
    this.#kept?.moved()
    const handler = this.#progress.get(message.channel)?.handler
    if (handler) call(handler, message)
    this.#listeners.emit('message', message)
  }

  #revoked(channel: string, reason: string): void {
    this.#listeners.emit('error', { code: 'forbidden', message: reason, channel })
  }

  async #catchUp(subscription: Subscription): Promise<void> {
    const { channel, held, cursor: since, history } = subscription
    const isCurrent = (): boolean =>
      this.#progress.get(channel) === subscription && subscription.isElsewhere && subscription.held === held
    const http = new Calls(this.#http)
    try {
      await readPast(
        { since, history },
        {
          history: options => http.history(channel, options),
          isCurrent,
          onGap: gap => this.#listeners.emit('gap', gap),
          onMessage: frame => this.#givePast(subscription, frame),
        },
      )
    } catch (error) {
      if (isCurrent()) this.#missPast(subscription, error)
    }
    if (!isCurrent()) return
    for (const message of this.#progress.settle(subscription))
      if (this.#progress.get(channel) === subscription) this.#give(message)
    this.#listeners.emit('live', { channel })
  }

  #givePast(subscription: Subscription, frame: MessageFrame): void {
    const message = this.#progress.past(subscription, frame)
    // As on the stream, what was published under one's own name does not come back (rule H4).
    if (this.#sender === undefined || frame.sender !== this.#sender) this.#give(message)
  }

  #missPast({ channel, cursor }: Subscription, error: unknown): void {
    const loss = lossOfPast(error)
    if (loss.reconnect) {
      this.#connection.lose(loss)
      return
    }
    const gap: Gap = { type: 'gap', channel, requested: cursor ?? null, oldest: null, reason: 'no_history' }
    this.#listeners.emit('error', { code: loss.code, message: loss.reason, channel })
    this.#listeners.emit('gap', gap)
  }

  #failed({ code, message, ref, channel }: FailureFrame): void {
    const subscription = this.#progress.byRef(ref)
    const pauseMs = subscription && ASK_AGAIN_MS[code]
    if (subscription && pauseMs) {
      // All that were refused for the moment are asked for again together, on this link only.
      subscription.phase = 'idle'
      subscription.ref = undefined
      clearTimeout(this.#pause)
      this.#pause = setTimeout(() => this.#askIdle(), pauseMs * (1 + Math.random()))
    }
    // Many channels at once can exceed the rate of commands; a page need not know.
    if (!subscription || code !== 'rate_limited')
      this.#listeners.emit('error', { code, message, channel: channel ?? subscription?.channel })
  }
}
