// A connection that outlives its links: opens them, follows their frames, comes back from where it stood.
// Knows the protocol, not what carries it (link.ts).

import type { FailureFrame, MessageFrame, ServerFrame } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Backoff, Input, Loss, State } from './connection-state.ts'
import { lossOfGoodbye, transition } from './connection-state.ts'
import type { ClientEvents } from './events.ts'
import { call, Listeners } from './events.ts'
import type { Heartbeat, Link, LinkEvents, Opening } from './link.ts'
import { Progress } from './progress.ts'
import { openSse } from './sse-link.ts'
import type { Handler, SubscribeOptions, Subscription } from './subscription.ts'
import { createSubscription } from './subscription.ts'
import { TransportChoice } from './transport-choice.ts'
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
/** A proxy that accepts and says nothing, or holds a stream back, is a failed attempt. Slow phones need some seconds. */
const WELCOME_DEADLINE_MS = 15_000

export class Twinwire {
  readonly #url: URL
  readonly #options: ConnectOptions
  readonly #listeners = new Listeners()
  readonly #progress = new Progress()
  readonly #choice: TransportChoice
  #state: State = { name: 'connecting', attempt: 0 }
  #link: Link | undefined
  #watchdog: Watchdog | undefined
  /** What the state waits for: connecting, the welcome; waiting, the retry; open, to ask again after a rate limit. */
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Grows with each link: what an older one still brings is not for us. */
  #generation = 0
  #lastRef = 0

  constructor(url: URL, options: ConnectOptions) {
    this.#url = url
    this.#options = options
    this.#choice = new TransportChoice(options.transport ?? 'auto')
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
   * On SSE a channel that is added to a running connection begins where that stands; what `since` wanted from before
   * is told as a gap.
   */
  subscribe(channel: string, options: SubscribeOptions, handler: Handler): { unsubscribe(): void } {
    if (this.#progress.get(channel)?.handler)
      throw new Error(`Already subscribed to ${channel}: unsubscribe first.`)
    const subscription = createSubscription(channel, handler, options)
    this.#progress.add(subscription)
    // While connecting, `welcome` asks for what the URL has not.
    if (this.#choice.current === 'sse') this.#step({ name: 'reopen' })
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
    if (this.#choice.current === 'sse') this.#step({ name: 'reopen' })
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
    // Always a turn later, so that subscriptions made together open together and ask for one token.
    await null
    if (generation !== this.#generation) return
    let token = this.#options.token
    try {
      token = (await this.#options.getToken?.()) ?? token
    } catch (error) {
      if (generation === this.#generation) this.#lose(tokenLoss(error))
      return
    }
    if (generation !== this.#generation) return
    const { merged, rest, since, history } = this.#progress.plan()
    const overSse = this.#choice.current === 'sse'
    // SSE without channels is refused; the first subscription opens it.
    if (overSse && this.#progress.wanted === 0) return
    const asked = overSse ? [...merged, ...rest] : merged
    this.#progress.merged(asked, since, history)
    this.#link = this.#openLink({
      url: this.#url,
      token,
      since,
      history,
      channels: asked.map(({ channel }) => channel),
    })
  }

  #openLink(opening: Opening): Link | undefined {
    const generation = this.#generation
    const events: LinkEvents = {
      onFrame: frame => generation === this.#generation && this.#receive(frame),
      onLost: loss => generation === this.#generation && this.#lose(loss),
    }
    this.#timer = setTimeout(() => events.onLost(SILENT_OPENING), WELCOME_DEADLINE_MS)
    try {
      return this.#choice.current === 'sse' ? openSse(opening, events) : openWebSocket(opening, events)
    } catch {
      this.#lose(UNOPENABLE)
      return undefined
    }
  }

  #lose(loss: Loss): void {
    const opened = this.#state.name === 'open'
    if (opened) this.#choice.ended()
    // Without a link it was the token that failed, which no other transport mends.
    else if (this.#link) this.#choice.failed()
    // A token that served and ran out is replaced; one that was refused at once would be refused again.
    const renewable = loss.code === 'unauthorized' && opened && this.#options.getToken !== undefined
    const final = renewable ? { ...loss, reconnect: true } : loss
    if (!final.reconnect) this.#listeners.emit('error', { code: final.code, message: final.reason })
    this.#step({ name: 'lost', now: Date.now(), random: Math.random(), loss: final })
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
        for (const gap of this.#progress.live(frame)) this.#listeners.emit('gap', gap)
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
    clearTimeout(this.#timer)
    this.#choice.opened()
    this.#watchdog = new Watchdog(
      heartbeatMs,
      () => this.#link?.transport === 'websocket' && this.#link.send({ type: 'ping' }),
      () => this.#lose({ code: 'timeout', reason: 'the gateway went silent', reconnect: true }),
    )
    this.#step({ name: 'welcome', now: Date.now(), transport: this.#choice.current, connection, user })
    this.#askIdle()
  }

  #askIdle(): void {
    for (const subscription of this.#progress.idle()) this.#ask(subscription)
  }

  #failed({ code, message, ref, channel }: FailureFrame): void {
    const subscription = this.#progress.byRef(ref)
    if (subscription && code === 'rate_limited') {
      // Many channels at once can exceed the rate of commands: all that did are asked for again, on this link only.
      subscription.phase = 'idle'
      subscription.ref = undefined
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#askIdle(), RATE_LIMIT_PAUSE_MS)
      return
    }
    this.#listeners.emit('error', { code, message, channel: channel ?? subscription?.channel })
  }

  async #refresh(): Promise<void> {
    const link = this.#link
    // SSE cannot hand a token over: it ends with the old one, and its reconnect asks.
    if (link?.transport !== 'websocket') return
    // A failure here ends with the token's own end, and its reconnect asks anew.
    const token = await Promise.resolve(this.#options.getToken?.()).catch(() => undefined)
    if (token !== undefined && link === this.#link) link.send({ type: 'auth', ref: ++this.#lastRef, token })
  }
}

const SILENT_OPENING: Loss = { code: 'timeout', reason: 'the gateway did not answer', reconnect: true }

/** The browser's own words are left out: they quote the token. */
const UNOPENABLE: Loss = {
  code: 'bad_request',
  reason:
    'The browser refused to open a WebSocket: check that the token is a JWT and that an https page connects to an https URL.',
  reconnect: false,
}

function tokenLoss(error: unknown): Loss {
  const why = error instanceof Error ? error.message : String(error)
  return { code: 'connection_lost', reason: `no token could be had: ${why}`, reconnect: true }
}
