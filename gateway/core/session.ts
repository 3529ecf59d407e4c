// A session: the server-side state of one connection, from its welcome to its goodbye. What it sends, its reader pulls.
// Knows no WebSocket, no SSE, no storage.
//
//   opening ──start()──> open ──close()──> closing
//      └────────────────────┴── link gone ──> closed

import type { Code } from '../../shared/codes.ts'
import type { Gap, ServerFrame } from '../../shared/frames.ts'
import type { ConnectionView } from '../../shared/stats.ts'
import { Attendance } from './attendance.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import { watchExpiry } from './expiry.ts'
import { goodbyeFrame } from './goodbye.ts'
import type { Identity } from './identity.ts'
import type { Link, LinkListener } from './link.ts'
import { Outbox } from './outbox.ts'
import { Reader } from './reader.ts'
import { storageFailureOf } from './storage-failure.ts'
import type { Subscription, SubscriptionOwner } from './subscription.ts'

/** Notices beside the messages that may wait on a connection. */
const MAX_NOTICE_BYTES = 256 * 1024

export interface SessionOptions {
  readonly id: string
  readonly link: Link
  readonly identity: Identity
  /** The client's own stable id: messages published with it do not come back here (rule H4). */
  readonly sender: string | undefined
}

export class Session implements Connection, LinkListener, SubscriptionOwner {
  readonly id: string
  readonly link: Link
  readonly sender: string | undefined
  /** When it connected, in milliseconds since 1970. */
  readonly since: number
  readonly reader: Reader
  /** Called once, when the session has ended. */
  onEnd: (() => void) | null = null
  readonly #context: Context
  readonly #outbox: Outbox
  #identity: Identity
  /** Null until the first channel with presence. */
  #attendance: Attendance | null = null
  #stopExpiry: () => void = () => {}
  #state: 'opening' | 'open' | 'closing' | 'closed' = 'opening'
  #onIdle: (() => void) | null = null
  #isQueued = false
  #isReading = false

  constructor(options: SessionOptions, context: Context) {
    this.id = options.id
    this.link = options.link
    this.#identity = options.identity
    this.sender = options.sender
    this.since = context.clock()
    this.#context = context
    this.#outbox = new Outbox(options.link, context.counters, () => {
      this.close('timeout', 'Nothing was taken for 60 s: reconnect with the last id received.')
    })
    this.reader = new Reader({
      hub: context.hub,
      replayCache: context.replayCache,
      encoder: options.link.encoder,
      outbox: this.#outbox,
      epoch: context.log.epoch,
      sender: options.sender,
      counters: context.counters,
      onGap: gap => this.#tellGap(gap),
      onLive: channels => this.#attendance?.live(channels),
    })
  }

  get isOpen(): boolean {
    return this.#state === 'opening' || this.#state === 'open'
  }

  get identity(): Identity {
    return this.#identity
  }

  get user(): string | undefined {
    return this.#identity.kind === 'client' ? this.#identity.user : undefined
  }

  /** The identity counts from now on, until it expires. */
  changeIdentity(identity: Identity): void {
    this.#identity = identity
    this.#attendance?.renew(identity)
    this.#stopExpiry()
    this.#stopExpiry = watchExpiry(this, identity, this.#context.clock)
  }

  /** Bytes this process holds for the connection: what waits here, and what the socket has not taken. */
  get pendingBytes(): number {
    return this.#outbox.waitingBytes + this.link.pendingBytes()
  }

  get givenBytes(): number {
    return this.#outbox.writtenBytes
  }

  /** Sends a frame at the end of this turn; `id` is where a client that hears nothing more resumes. */
  send(frame: ServerFrame, id?: string): void {
    if (!this.isOpen) return
    if (frame.type === 'failure') tally(this.#context.counters.refused, frame.code)
    this.#outbox.push(this.link.encoder.frame(frame, id))
    this.queue()
  }

  /** Sends what nobody asked for; a reader too slow even for these is closed, and comes back to them. */
  notify(frame: ServerFrame): void {
    // Before the welcome nothing was given that a notice could be about.
    if (this.#state !== 'open') return
    if (this.#outbox.noticeBytes < MAX_NOTICE_BYTES) {
      this.#outbox.pushNotice(this.link.encoder.frame(frame))
      this.queue()
      return
    }
    this.close('timeout', 'Too many notices wait for this connection: reconnect with the last id received.')
  }

  /** Sends a frame that is JSON text already, because it carries data whose tokens are kept (rule H3). */
  sendJson(json: string): void {
    if (!this.isOpen) return
    this.#outbox.push(this.link.encoder.message(json, null))
    this.queue()
  }

  /** Adds a subscription; from now on the tail keeps its channel's messages. */
  subscribe(channel: string): Subscription {
    const subscription = this.#context.hub.subscribe(this, channel)
    this.reader.add(subscription)
    if (subscription.channel.rule.presence) this.#attend(channel)
    return subscription
  }

  /** Ends a subscription; false when there is none. */
  unsubscribe(channel: string): boolean {
    const subscription = this.reader.subscriptions.get(channel)
    if (!subscription) return false
    this.reader.remove(subscription)
    this.#context.hub.unsubscribe(subscription)
    this.#attendance?.leave(channel)
    return true
  }

  /** The opening frames are on their way: from now on the session takes turns. */
  start(): void {
    if (this.#state !== 'opening') return
    this.#state = 'open'
    this.changeIdentity(this.#identity)
    this.queue()
  }

  /** A channel has news. True: the caller puts the session into the queue. */
  touch(subscription: Subscription): boolean {
    this.reader.touch(subscription)
    if (this.#isQueued || this.#outbox.isBusy || this.#state !== 'open') return false
    this.#isQueued = true
    return true
  }

  settle(): void {
    this.reader.settle()
  }

  isSubscribed(channel: string): boolean {
    return this.reader.subscriptions.has(channel)
  }

  /** Resolves when what waits was written and the socket took it, or when the session has ended. */
  untilIdle(): Promise<void> {
    return new Promise(resolve => {
      this.#onIdle = () => {
        this.#onIdle = null
        resolve()
      }
      if (!this.isOpen) this.#onIdle()
    })
  }

  /** Asks for a turn; while the socket is busy, its drain does. */
  queue(): void {
    if (this.#isQueued || this.#outbox.isBusy) return
    this.#isQueued = true
    this.#context.hub.schedule(this)
  }

  /** The session's turn: it sends what it lacks. A failure here is this session's alone (rule R6). */
  takeTurn(): void {
    this.#isQueued = false
    if (!this.isOpen || this.#outbox.isBusy) return
    try {
      this.#pull()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Writes a sign of life, with the cursor when it moved in silence (rules W5, S4). */
  beat(): void {
    if (this.#state !== 'open' || this.#outbox.isBusy) return
    this.#outbox.push(this.link.encoder.heartbeat(this.reader.movedCursor()))
    this.#outbox.flush()
  }

  onDrained(): void {
    this.#outbox.onDrained()
    if (this.isOpen) this.queue()
  }

  onClosed(): void {
    const wasOpen = this.isOpen
    this.#state = 'closed'
    if (wasOpen) this.#leave('closed', 'closed by the client')
  }

  /** Says goodbye and ends the connection; closing twice is harmless. `afterMs`: when to come back. */
  close(code: Code, reason: string, afterMs?: number): void {
    if (!this.isOpen) return
    const goodbye = goodbyeFrame({ code, message: reason, afterMs })
    this.#outbox.push(this.link.encoder.frame(goodbye))
    this.#state = 'closing'
    this.#outbox.end()
    this.link.end(code, reason)
    this.#leave(code, reason)
  }

  /** Ends the session after an error in serving it; it harms nobody else (rule R6). */
  fail(error: unknown): void {
    const failure = storageFailureOf(error)
    // Of its storage the log has told operators; with thousands of readers, each of them telling would bury it.
    if (!failure) this.#context.onFault(error)
    const { code, message } = failure ?? { code: 'internal', message: 'The gateway failed to serve this.' }
    this.close(code, `${message} Reconnect with the last id received.`)
  }

  view(): ConnectionView {
    return viewOf(this)
  }

  #pull(): void {
    if (this.#state === 'open') this.reader.pull()
    this.#outbox.flush()
    if (this.#attendance?.hasNews) this.#tellPresence(this.#attendance)
    if (!this.#outbox.isBusy) this.#onIdle?.()
    if (this.#state !== 'open') return
    if (this.reader.needsLog) this.#readOn()
    else if (this.reader.hasNews) this.queue()
  }

  #attend(channel: string): void {
    const { link, identity } = this
    const { presence } = this.#context
    const onNews = (): void => this.queue()
    this.#attendance ??= new Attendance({ presence, identity, encoder: link.encoder, onNews })
    this.#attendance.enter(channel)
  }

  /** One shared buffer a turn, and none while the socket is busy: who is too slow for the changes gets a snapshot. */
  #tellPresence(attendance: Attendance): void {
    if (this.#outbox.isBusy) return
    const buffer = attendance.next()
    if (buffer) this.#outbox.write(buffer)
    if (attendance.hasNews) this.queue()
  }

  /** Waits for a place among those who read from the log; one page at a time, and none while the socket is busy. */
  #readOn(): void {
    if (this.#isReading || this.#outbox.isBusy) return
    this.#isReading = true
    this.#context.replayer.request(() => {
      this.#readPage().catch(error => this.fail(error))
    })
  }

  async #readPage(): Promise<void> {
    try {
      if (this.#state === 'open') await this.reader.readPage()
    } finally {
      this.#isReading = false
    }
    this.queue()
  }

  #tellGap(gap: Gap): void {
    const { counters, observe, clock } = this.#context
    tally(counters.gaps, gap.reason)
    this.send(gap)
    observe({ kind: 'gap', time: clock(), connection: this.id, channel: gap.channel, reason: gap.reason })
  }

  #leave(code: Code | 'closed', reason: string): void {
    const { hub, connections, counters, observe, clock } = this.#context
    this.#stopExpiry()
    this.#outbox.end()
    this.#onIdle?.()
    for (const subscription of this.reader.subscriptions.values()) hub.unsubscribe(subscription)
    // Whoever was sent away does not come back; everybody else may, in a moment.
    this.#attendance?.end(code === 'kicked')
    connections.remove(this)
    tally(counters.disconnects, code)
    const { user, id } = this
    observe({
      kind: 'disconnected',
      time: clock(),
      connection: id,
      ...(user !== undefined && { user }),
      code,
      reason,
    })
    this.onEnd?.()
  }
}

function viewOf(session: Session): ConnectionView {
  const { id, user, identity, link, reader, since, givenBytes, pendingBytes } = session
  return {
    id,
    ...(user !== undefined && { user }),
    kind: identity.kind,
    transport: link.transport,
    address: link.address,
    ...(link.userAgent !== undefined && { userAgent: link.userAgent }),
    channels: [...reader.subscriptions.keys()],
    since,
    messages: reader.messages,
    bytes: givenBytes,
    pendingBytes,
  }
}
