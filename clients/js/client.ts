// A connection that outlives its links: opens them, follows their frames, comes back from where it stood.
// Knows the protocol, not what carries it (link.ts).

import type { FailureFrame, MessageFrame, ServerFrame } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Backoff, Input, Loss, State } from './connection-state.ts'
import { lossOfGoodbye, transition } from './connection-state.ts'
import type { ClientEvents } from './events.ts'
import { call, Listeners } from './events.ts'
import type { Heartbeat, Link } from './link.ts'
import { Progress } from './progress.ts'
import { openSse } from './sse-link.ts'
import type { Handler, SubscribeOptions, Subscription } from './subscription.ts'
import { createSubscription } from './subscription.ts'
import { Watchdog } from './watchdog.ts'
import { openWebSocket } from './websocket-link.ts'

export interface ConnectOptions {
  /** A client JWT that lasts. */
  readonly token?: string
  /** Or where to get a fresh one: asked before each connection and when one is about to end. */
  readonly getToken?: () => string | Promise<string>
  /** `auto`: WebSocket, and SSE where that cannot get through. */
  readonly transport?: Transport | 'auto'
  readonly backoff?: Backoff
}

const BACKOFF: Backoff = { firstMs: 1000, capMs: 30_000 }
const RATE_LIMIT_PAUSE_MS = 1000

export class Twinwire {
  readonly #url: URL
  readonly #options: ConnectOptions
  readonly #listeners = new Listeners()
  readonly #progress = new Progress()
  #state: State = { name: 'connecting', attempt: 0 }
  #link: Link | undefined
  #watchdog: Watchdog | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Grows with each link: what an older one still brings is not for us. */
  #generation = 0
  #lastRef = 0
  #transport: Transport = 'websocket'
  #failedAttempts = 0

  constructor(url: URL, options: ConnectOptions) {
    this.#url = url
    this.#options = options
    if (options.transport === 'sse') this.#transport = 'sse'
    void this.#open()
  }

  get state(): State {
    return this.#state
  }

  /** Adds a listener; returns its removal. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (value: ClientEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  /**
   * Hands each message of a channel to the handler, exactly once and in order, across reconnects.
   * On SSE a channel that is added to a running connection begins where that stands.
   */
  subscribe(channel: string, options: SubscribeOptions, handler: Handler): { unsubscribe(): void } {
    if (this.#progress.get(channel)?.handler)
      throw new Error(`Already subscribed to ${channel}: unsubscribe first.`)
    const subscription = createSubscription(channel, handler, options)
    this.#progress.add(subscription)
    // While connecting, `welcome` asks for what the URL has not.
    if (this.#transport === 'sse') this.#step({ name: 'reopen' })
    else if (this.#state.name === 'open') this.#ask(subscription)
    return { unsubscribe: () => this.#unsubscribe(subscription) }
  }

  /** Connects now instead of after the wait, or again after a final refusal. */
  retry(): void {
    this.#step({ name: 'retry' })
  }

  close(): void {
    this.#step({ name: 'close' })
  }

  #unsubscribe(subscription: Subscription): void {
    if (this.#progress.get(subscription.channel) !== subscription) return
    this.#progress.delete(subscription.channel)
    if (subscription.phase === 'idle') return
    if (this.#transport === 'sse') this.#step({ name: 'reopen' })
    else this.#link?.send({ type: 'unsubscribe', ref: ++this.#lastRef, channel: subscription.channel })
  }

  #ask(subscription: Subscription): void {
    const { channel, history, cursor: since } = subscription
    subscription.phase = 'asked'
    subscription.shared = false
    subscription.ref = ++this.#lastRef
    this.#link?.send({
      type: 'subscribe',
      ref: subscription.ref,
      channel,
      ...(since !== undefined ? { since } : {}),
      ...(since === undefined && history !== undefined ? { history } : {}),
    })
  }

  /** Moves the state machine and does what the new state means. */
  #step(input: Input): void {
    const before = this.#state
    const after = transition(before, input, this.#options.backoff ?? BACKOFF)
    if (after === before) return
    this.#state = after
    if (after.name !== 'open') this.#drop()
    if (after.name === 'connecting') void this.#open()
    if (after.name === 'waiting') this.#timer = setTimeout(() => this.retry(), after.until - Date.now())
    this.#listeners.emit('state', after)
  }

  #drop(): void {
    this.#generation += 1
    clearTimeout(this.#timer)
    this.#watchdog?.stop()
    this.#watchdog = undefined
    this.#link?.close()
    this.#link = undefined
    this.#progress.reset()
  }

  async #open(): Promise<void> {
    const generation = ++this.#generation
    let token = this.#options.token
    try {
      // Always a turn later, so that subscriptions made together open together.
      token = (await this.#options.getToken?.()) ?? token
    } catch (error) {
      if (generation === this.#generation) this.#lose(tokenLoss(error))
      return
    }
    if (generation !== this.#generation) return
    const { merged, rest, since, history } = this.#progress.plan()
    const overSse = this.#transport === 'sse'
    // SSE without channels is refused; the first subscription opens it.
    if (overSse && this.#progress.wanted === 0) return
    const asked = overSse ? [...merged, ...rest] : merged
    if (overSse) this.#confess(rest, since)
    this.#progress.merged(asked)
    const opening = { url: this.#url, token, since, history, channels: asked.map(({ channel }) => channel) }
    this.#link = (overSse ? openSse : openWebSocket)(opening, {
      onFrame: frame => generation === this.#generation && this.#receive(frame),
      onLost: loss => generation === this.#generation && this.#lose(loss),
    })
  }

  /** A stream has one cursor: what a newcomer wanted from before it is told to be missing, not skipped in silence. */
  #confess(newcomers: readonly Subscription[], since: string | undefined): void {
    for (const { channel, cursor } of newcomers) {
      if (cursor === undefined || cursor === since) continue
      this.#listeners.emit('gap', {
        type: 'gap',
        channel,
        requested: cursor,
        oldest: null,
        reason: 'no_history',
      })
    }
  }

  #lose(loss: Loss): void {
    const opened = this.#state.name === 'open'
    if (!opened) this.#switchTransport()
    // A token that served and ran out is replaced; one that was refused at once would be refused again.
    const renewable = loss.code === 'unauthorized' && opened && this.#options.getToken !== undefined
    const final = renewable ? { ...loss, reconnect: true } : loss
    if (!final.reconnect) this.#listeners.emit('error', { code: final.code, message: final.reason })
    this.#step({ name: 'lost', now: Date.now(), random: Math.random(), loss: final })
  }

  /** With `auto`, two attempts that brought no frame are enough to try the other way. */
  #switchTransport(): void {
    this.#failedAttempts += 1
    if ((this.#options.transport ?? 'auto') !== 'auto' || this.#failedAttempts % 2 === 1) return
    this.#transport = this.#transport === 'sse' ? 'websocket' : 'sse'
  }

  #receive(frame: ServerFrame | Heartbeat): void {
    this.#watchdog?.touch()
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame.connection, frame.heartbeat, frame.user)
        break
      case 'subscribed':
        if (this.#progress.subscribed(frame) && frame.recovered) this.#listeners.emit('recovered', frame)
        break
      case 'message':
        this.#deliver(frame)
        break
      case 'gap':
        this.#progress.gap(frame)
        this.#listeners.emit('gap', frame)
        break
      case 'live':
        this.#progress.live(frame)
        break
      case 'heartbeat':
        if (frame.id !== undefined) this.#progress.moved(frame.id)
        break
      case 'failure':
        this.#failed(frame)
        break
      case 'unsubscribed':
        if (frame.reason !== undefined) this.#revoked(frame.channel, frame.reason)
        break
      case 'expiring':
        void this.#refresh()
        break
      case 'goodbye':
        this.#lose(lossOfGoodbye(frame))
        break
    }
  }

  #deliver(frame: MessageFrame): void {
    const message = this.#progress.message(frame)
    if (!message) return
    const handler = this.#progress.get(frame.channel)?.handler
    if (handler) call(handler, message)
    this.#listeners.emit('message', message)
  }

  #revoked(channel: string, reason: string): void {
    this.#listeners.emit('error', { code: 'forbidden', message: reason, channel })
  }

  #welcome(connection: string, heartbeatMs: number, user: string | undefined): void {
    this.#failedAttempts = 0
    this.#watchdog = new Watchdog(
      heartbeatMs,
      () => this.#link?.transport === 'websocket' && this.#link.send({ type: 'ping' }),
      () => this.#lose({ code: 'timeout', reason: 'the gateway went silent', reconnect: true }),
    )
    this.#step({ name: 'welcome', now: Date.now(), transport: this.#transport, connection, user })
    for (const subscription of this.#progress.idle()) this.#ask(subscription)
  }

  #failed({ code, message, ref, channel }: FailureFrame): void {
    const subscription = this.#progress.byRef(ref)
    if (subscription && code === 'rate_limited') {
      // Many channels at once can exceed the rate of commands: ask again, on this link only.
      const generation = this.#generation
      setTimeout(() => {
        const wanted = this.#progress.get(subscription.channel) === subscription
        if (generation === this.#generation && wanted) this.#ask(subscription)
      }, RATE_LIMIT_PAUSE_MS)
      return
    }
    this.#listeners.emit('error', { code, message, channel: channel ?? subscription?.channel })
  }

  async #refresh(): Promise<void> {
    const generation = this.#generation
    // A failure here ends with the token's own end, and its reconnect asks anew.
    const token = await Promise.resolve(this.#options.getToken?.()).catch(() => undefined)
    if (token === undefined || generation !== this.#generation || this.#link?.transport !== 'websocket')
      return
    this.#link.send({ type: 'auth', ref: ++this.#lastRef, token })
  }
}

function tokenLoss(error: unknown): Loss {
  const why = error instanceof Error ? error.message : String(error)
  return { code: 'connection_lost', reason: `no token could be had: ${why}`, reconnect: true }
}
