// A connection that outlives its links: opens them, watches over them, comes back when they are lost.
// Knows the states and what carries frames, not what the frames are about.

import type { Command, ServerFrame, Welcome } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type { Backoff, Input, Loss, State } from './connection-state.ts'
import { lossOfGoodbye, transition } from './connection-state.ts'
import type { Problem } from './events.ts'
import { transportMemory } from './kept.ts'
import type { Heartbeat, Link, LinkEvents, Opening } from './link.ts'
import { openSse } from './sse-link.ts'
import type { Tokens } from './tokens.ts'
import { TransportChoice } from './transport-choice.ts'
import { watchWorld } from './wake.ts'
import { Watchdog } from './watchdog.ts'
import { openWebSocket } from './websocket-link.ts'

export interface ConnectionOptions {
  /** `auto`: WebSocket, and SSE where that cannot get through. */
  readonly transport?: Transport | 'auto'
  readonly backoff?: Backoff
  /** This client's own id: what is published with it, also by a backend, does not come back to it (rule H4). */
  readonly sender?: string
}

/** What the URL of a link asks for. */
export type Wish = Pick<Opening, 'channels' | 'since' | 'history'>

export interface ConnectionListener {
  /** What to ask for now. Asked once for each link. */
  wish(transport: Transport): Wish
  onFrame(frame: ServerFrame | Heartbeat): void
  onState(state: State, before: State): void
  onError(problem: Problem): void
}

const BACKOFF: Backoff = { firstMs: 1000, capMs: 30_000 }
/** A proxy that accepts and says nothing, or holds a stream back, is a failed attempt. Slow phones need some seconds. */
const WELCOME_DEADLINE_MS = 15_000
/** Tokens that live shorter than the gateway's warning (60 s) are about to end as soon as they are there. */
const REFRESH_EVERY_MS = 10_000

export class Connection {
  readonly #url: URL
  readonly #options: ConnectionOptions
  readonly #tokens: Tokens
  readonly #listener: ConnectionListener
  readonly #choice: TransportChoice
  readonly #stopWatching: () => void
  #state: State = { name: 'connecting', attempt: 0 }
  #link: Link | undefined
  #watchdog: Watchdog | undefined
  /** What the state waits for: connecting, the token and the welcome; open, the next refresh; waiting, the retry. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #refreshedAt = 0
  /** An event stream that asks for no channel, only for what its user is given without asking (rule N2). */
  #asksNothing = false
  /** It was given nothing, and waits for somebody to ask again. */
  #isIdle = false
  /** Grows with each attempt: a token that comes for an earlier one opens nothing. */
  #generation = 0

  constructor(url: URL, options: ConnectionOptions, tokens: Tokens, listener: ConnectionListener) {
    this.#url = url
    this.#options = options
    this.#tokens = tokens
    this.#listener = listener
    this.#choice = new TransportChoice(options.transport ?? 'auto', transportMemory(url), Date.now())
    this.#stopWatching = watchWorld({
      onWake: () => this.#step({ name: 'wake', now: Date.now() }),
      onDoubt: () => this.#watchdog?.doubt(this.#link?.transport === 'websocket'),
    })
    void this.#open()
  }

  get state(): State {
    return this.#state
  }

  /** What carries the link, or will carry the next one. */
  get transport(): Transport {
    return this.#choice.current
  }

  /** Sends a command where a WebSocket is there to carry it. */
  send(command: Command): void {
    if (this.#link?.transport === 'websocket') this.#link.send(command)
  }

  retry(): void {
    this.#step({ name: this.#isIdle ? 'reopen' : 'retry' })
  }

  /** Replaces the link, because it is to ask for something else; collected per turn. */
  reopen(): void {
    this.#step({ name: 'reopen' })
  }

  close(): void {
    this.#step({ name: 'close' })
  }

  /** Gives the link up. */
  lose(loss: Loss): void {
    const opened = this.#state.name === 'open'
    if (!opened && this.#asksNothing && loss.code === 'bad_request') {
      // Nobody is known, so nothing is given (rule S1): the first subscription, or a retry, opens the next one.
      this.#drop()
      this.#isIdle = true
      return
    }
    if (opened) this.#choice.ended(Date.now())
    // Without a link it was the token that failed, which no other transport mends.
    else if (this.#link) this.#choice.failed()
    // A token that served and ran out is replaced; one that was refused at once would be refused again.
    const renewable = loss.code === 'unauthorized' && opened && this.#tokens.isRenewable
    const final = renewable ? { ...loss, reconnect: true } : loss
    if (!final.reconnect) this.#listener.onError({ code: final.code, message: final.reason })
    this.#step({ name: 'lost', now: Date.now(), random: Math.random(), loss: final })
  }

  /** Moves the state machine and does what the new state means. */
  #step(input: Input): void {
    const before = this.#state
    const after = transition(before, input, this.#options.backoff ?? BACKOFF)
    if (after === before) return
    this.#state = after
    if (after.name !== 'open') this.#drop()
    if (after.name === 'connecting') void this.#open()
    if (after.name === 'waiting')
      this.#timer = setTimeout(() => this.retry(), Math.max(0, after.until - Date.now()))
    if (after.name === 'closed') this.#stopWatching()
    this.#listener.onState(after, before)
  }

  #drop(): void {
    this.#generation += 1
    clearTimeout(this.#timer)
    this.#watchdog?.stop()
    this.#watchdog = undefined
    this.#link?.close()
    this.#link = undefined
  }

  async #open(): Promise<void> {
    const generation = ++this.#generation
    this.#isIdle = false
    // Always a turn later, so that subscriptions made together open together and ask for one token.
    await null
    if (generation !== this.#generation) return
    if (this.#tokens.isRenewable) this.#expect(NO_TOKEN)
    let token: string | undefined
    try {
      token = await this.#tokens.fresh()
    } catch (error) {
      if (generation === this.#generation) this.lose(tokenLoss(error))
      return
    }
    if (generation === this.#generation) this.#openLink(token)
  }

  #openLink(token: string | undefined): void {
    const events: LinkEvents = {
      onFrame: frame => this.#receive(frame),
      onLost: loss => this.lose(loss),
    }
    clearTimeout(this.#timer)
    const wish = this.#listener.wish(this.transport)
    this.#asksNothing = this.transport === 'sse' && wish.channels.length === 0
    const opening = { ...wish, url: this.#url, token, sender: this.#options.sender }
    this.#expect(SILENT_OPENING)
    try {
      this.#link = this.transport === 'sse' ? openSse(opening, events) : openWebSocket(opening, events)
    } catch {
      this.lose(UNOPENABLE)
    }
  }

  /** What takes longer than this is lost: nothing may keep the client connecting for ever. */
  #expect(loss: Loss): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.lose(loss), WELCOME_DEADLINE_MS)
  }

  #receive(frame: ServerFrame | Heartbeat): void {
    this.#watchdog?.touch()
    if (frame.type === 'welcome') this.#welcome(frame)
    else if (frame.type === 'expiring') this.#refreshSoon()
    else if (frame.type === 'goodbye') this.lose(lossOfGoodbye(frame))
    else this.#listener.onFrame(frame)
  }

  #welcome({ connection, heartbeat, user }: Welcome): void {
    clearTimeout(this.#timer)
    this.#choice.opened(Date.now())
    this.#watchdog = new Watchdog({
      beatMs: heartbeat,
      ask: () => this.send({ type: 'ping' }),
      onDead: () => this.lose(SILENCE),
    })
    this.#step({ name: 'welcome', now: Date.now(), transport: this.transport, connection, user })
  }

  #refreshSoon(): void {
    // SSE cannot hand a token over: it ends with the old one, and its reconnect asks.
    if (this.transport === 'sse' || !this.#tokens.isRenewable) return
    clearTimeout(this.#timer)
    const pauseMs = Math.max(0, this.#refreshedAt + REFRESH_EVERY_MS - Date.now())
    this.#timer = setTimeout(() => void this.#refresh(), pauseMs)
  }

  async #refresh(): Promise<void> {
    const link = this.#link
    this.#refreshedAt = Date.now()
    // A failure here ends with the token's own end, and its reconnect asks anew.
    const token = await this.#tokens.fresh().catch(() => undefined)
    if (token !== undefined && link === this.#link) this.send({ type: 'auth', token })
  }
}

const NO_TOKEN = timeout('getToken did not answer')
const SILENT_OPENING = timeout('the gateway did not answer')
const SILENCE = timeout('the gateway went silent')

function timeout(reason: string): Loss {
  return { code: 'timeout', reason, reconnect: true }
}

/** The browser's own words are left out: they quote the token. */
const UNOPENABLE: Loss = {
  code: 'bad_request',
  reason: 'No WebSocket can be opened: check that the token is a JWT, and the URL https if the page is.',
  reconnect: false,
}

function tokenLoss(error: unknown): Loss {
  const why = error instanceof Error ? error.message : String(error)
  return { code: 'connection_lost', reason: `no token could be had: ${why}`, reconnect: true }
}
