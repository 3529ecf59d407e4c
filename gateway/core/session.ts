// A session: the server-side state of one connection, from its welcome to its goodbye: who it is and what it is
// subscribed to. What it sends leaves by its delivery. Knows no WebSocket, no SSE, no storage.
//
//   opening ──start()──> open ──close()──> closing
//      └────────────────────┴── link gone ──> closed

import type { Code } from '../../shared/codes.ts'
import type { FailureFrame, ServerFrame } from '../../shared/frames.ts'
import type { ConnectionDetail, ConnectionView } from '../../shared/stats.ts'
import { Attendance } from './attendance.ts'
import type { Connection } from './connection.ts'
import { detailOf, viewOf } from './connection-view.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import { Delivery, type Served } from './delivery.ts'
import { watchExpiry } from './expiry.ts'
import { goodbyeFrame } from './goodbye.ts'
import type { Identity } from './identity.ts'
import type { Link, LinkListener } from './link.ts'
import type { Reader } from './reader.ts'
import { storageFailureOf } from './storage-failure.ts'
import type { Subscription } from './subscription.ts'

export interface SessionOptions {
  readonly id: string
  readonly link: Link
  readonly identity: Identity
  /** The client's own stable id: messages published with it do not come back here (rule H4). */
  readonly sender: string | undefined
}

export class Session implements Connection, LinkListener, Served {
  readonly id: string
  readonly link: Link
  readonly sender: string | undefined
  /** When it connected, in milliseconds since 1970. */
  readonly since: number
  /** Called once, when the session has ended. */
  onEnd: (() => void) | null = null
  readonly #context: Context
  readonly #delivery: Delivery
  #identity: Identity
  #stopExpiry: () => void = () => {}
  /** Null until the first channel with presence. */
  #attendance: Attendance | null = null
  #state: 'opening' | 'open' | 'closing' | 'closed' = 'opening'

  constructor(options: SessionOptions, context: Context) {
    this.id = options.id
    this.link = options.link
    this.#identity = options.identity
    this.sender = options.sender
    this.since = context.clock()
    this.#context = context
    this.#delivery = new Delivery(this, context)
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

  get reader(): Reader {
    return this.#delivery.reader
  }

  /** Bytes this process holds for the connection. */
  get pendingBytes(): number {
    return this.#delivery.pendingBytes
  }

  get givenBytes(): number {
    return this.#delivery.givenBytes
  }

  /** The identity counts from now on, until it expires. */
  changeIdentity(identity: Identity): void {
    this.#identity = identity
    this.#attendance?.renew(identity)
    this.#stopExpiry()
    this.#stopExpiry = watchExpiry(this, identity, this.#context.clock)
  }

  /** Sends a frame at the end of this turn; `id` is where a client that hears nothing more resumes. */
  send(frame: ServerFrame, id?: string): void {
    if (!this.isOpen) return
    if (frame.type === 'failure') this.#tellRefused(frame)
    this.#delivery.push(this.link.encoder.frame(frame, id))
  }

  /** Sends a frame that is JSON text already, because it carries data whose tokens are kept (rule H3). */
  sendJson(json: string): void {
    this.#delivery.push(this.link.encoder.answer(json))
  }

  /** Adds a subscription; from now on the tail keeps its channel's messages. */
  subscribe(channel: string): Subscription {
    const subscription = this.#context.hub.subscribe(this.#delivery, channel)
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

  isSubscribed(channel: string): boolean {
    return this.reader.subscriptions.has(channel)
  }

  /** The opening frames are on their way: from now on the session takes turns. */
  start(): void {
    if (this.#state !== 'opening') return
    this.#state = 'open'
    this.changeIdentity(this.#identity)
    this.#delivery.start()
  }

  /** Asks for a turn. */
  queue(): void {
    this.#delivery.queue()
  }

  /** Resolves when what waits was written and the socket took it, or when the session has ended. */
  untilIdle(): Promise<void> {
    return this.#delivery.untilIdle()
  }

  /** Writes a sign of life, with the cursor when it moved in silence (rules W5, S4). */
  beat(): void {
    this.#delivery.beat()
  }

  onDrained(): void {
    this.#delivery.onDrained()
  }

  onClosed(): void {
    const wasOpen = this.isOpen
    this.#state = 'closed'
    if (!wasOpen) return
    this.#delivery.end()
    this.#leave('closed', 'closed by the client')
  }

  /** Says goodbye and ends the connection; closing twice is harmless. `afterMs`: when to come back. */
  close(code: Code, reason: string, afterMs?: number): void {
    if (!this.isOpen) return
    this.#state = 'closing'
    const goodbye = goodbyeFrame({ code, message: reason, afterMs })
    this.#delivery.end(this.link.encoder.frame(goodbye))
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

  detail(): ConnectionDetail {
    return detailOf(this)
  }

  #tellRefused({ code, message, channel }: FailureFrame): void {
    const { counters, observe, clock } = this.#context
    tally(counters.refused, code)
    const { id, user, link } = this
    observe({
      kind: 'refused',
      time: clock(),
      connection: id,
      address: link.address,
      transport: link.transport,
      ...(user !== undefined && { user }),
      ...(channel !== undefined && { channel }),
      code,
      message,
    })
  }

  #attend(channel: string): void {
    if (!this.#attendance) {
      const { link, identity } = this
      const onNews = (): void => this.queue()
      this.#attendance = new Attendance({
        presence: this.#context.presence,
        identity,
        encoder: link.encoder,
        onNews,
      })
      this.#delivery.attend(this.#attendance)
    }
    this.#attendance.enter(channel)
  }

  #leave(code: Code | 'closed', reason: string): void {
    const { hub, connections, counters, observe, clock } = this.#context
    this.#stopExpiry()
    for (const subscription of this.reader.subscriptions.values()) hub.unsubscribe(subscription)
    // Whoever was sent away does not come back; everybody else may, in a moment.
    this.#attendance?.end(code === 'kicked')
    connections.remove(this)
    tally(counters.disconnects, code)
    const { user, id, link } = this
    observe({
      kind: 'disconnected',
      time: clock(),
      connection: id,
      ...(user !== undefined && { user }),
      address: link.address,
      transport: link.transport,
      code,
      reason,
    })
    this.onEnd?.()
  }
}
