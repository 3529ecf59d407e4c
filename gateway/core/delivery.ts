// A delivery: how everything that one session has to say leaves, turn by turn, at the pace of its socket. Knows no commands,
// and not why a session begins and ends.
//
//   opening ──start()──> flowing ──end()──> ended
//
// In each turn messages are pulled first, for they wait in the log; then everything leaves in one write; then presence,
// which waits in its rooms. While the socket is busy there are no turns.

import type { Code } from '../../shared/codes.ts'
import type { Gap, ServerFrame } from '../../shared/frames.ts'
import type { Attendance } from './attendance.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import type { Link } from './link.ts'
import { Outbox } from './outbox.ts'
import { Reader } from './reader.ts'
import type { Subscription, SubscriptionOwner } from './subscription.ts'

/** Notices beside the messages that may wait on a connection. */
const MAX_NOTICE_BYTES = 256 * 1024

/** The session that is served. */
export interface Served {
  readonly id: string
  readonly link: Link
  /** Messages published with it do not come back here (rule H4). */
  readonly sender: string | undefined
  close(code: Code, reason: string): void
  /** Ends the session after an error in serving it. */
  fail(error: unknown): void
}

export class Delivery implements SubscriptionOwner {
  readonly reader: Reader
  readonly #outbox: Outbox
  #state: 'opening' | 'flowing' | 'ended' = 'opening'
  #isQueued = false
  /** Null until the first channel with presence. */
  #attendance: Attendance | null = null
  #onIdle: (() => void) | null = null
  readonly #served: Served
  readonly #context: Context
  #isReading = false

  constructor(served: Served, context: Context) {
    const { link, sender } = served
    this.#served = served
    this.#context = context
    this.#outbox = new Outbox(link, context.counters, () => {
      served.close('timeout', 'Nothing was taken for 60 s: reconnect with the last id received.')
    })
    this.reader = new Reader({
      hub: context.hub,
      replayCache: context.replayCache,
      encoder: link.encoder,
      outbox: this.#outbox,
      epoch: context.log.epoch,
      sender,
      counters: context.counters,
      onGap: gap => this.#tellGap(gap),
      onLive: channels => this.#attendance?.live(channels),
    })
  }

  /** Bytes this process holds for the connection: what waits here, and what the socket has not taken. */
  get pendingBytes(): number {
    return this.#outbox.waitingBytes + this.#served.link.pendingBytes()
  }

  /** Bytes handed to the link so far. */
  get givenBytes(): number {
    return this.#outbox.writtenBytes
  }

  /** The opening frames are on their way: from now on messages are pulled. */
  start(): void {
    this.#state = 'flowing'
    this.queue()
  }

  /** What waits is handed to the link, `goodbye` last; nothing follows. */
  end(goodbye?: Buffer): void {
    if (goodbye) this.#outbox.push(goodbye)
    this.#state = 'ended'
    this.#outbox.end()
    this.#onIdle?.()
  }

  /** From now on there is presence to tell of. */
  attend(attendance: Attendance): void {
    this.#attendance = attendance
  }

  /** Something that was asked for leaves at the end of this turn of the event loop. */
  push(buffer: Buffer): void {
    if (this.#state === 'ended') return
    this.#outbox.push(buffer)
    this.queue()
  }

  /** Sends what nobody asked for; a reader too slow even for these is closed, and comes back to them. */
  notify(frame: ServerFrame): void {
    // Before the welcome nothing was given that a notice could be about.
    if (this.#state !== 'flowing') return
    const { link } = this.#served
    if (this.#outbox.noticeBytes < MAX_NOTICE_BYTES) {
      this.#outbox.pushNotice(link.encoder.frame(frame))
      this.queue()
      return
    }
    const reason = 'Too many notices wait for this connection: reconnect with the last id received.'
    this.#served.close('timeout', reason)
  }

  /** A channel has news. True: the caller puts the delivery into the queue. */
  touch(subscription: Subscription): boolean {
    this.reader.touch(subscription)
    if (this.#isQueued || this.#outbox.isBusy || this.#state !== 'flowing') return false
    this.#isQueued = true
    return true
  }

  /** A channel has news, and this is the turn for it, unless another one is waited for. */
  visit(subscription: Subscription): void {
    this.reader.touch(subscription)
    if (!this.#isQueued && this.#state === 'flowing') this.takeTurn()
  }

  settle(): void {
    this.reader.settle()
  }

  /** Asks for a turn; while the socket is busy, its drain does. */
  queue(): void {
    if (this.#isQueued || this.#outbox.isBusy || this.#state === 'ended') return
    this.#isQueued = true
    this.#context.hub.schedule(this)
  }

  /** What is lacking is sent. A failure here is this session's alone (rule R6). */
  takeTurn(): void {
    this.#isQueued = false
    if (this.#outbox.isBusy || this.#state === 'ended') return
    try {
      this.#pull()
    } catch (error) {
      this.#served.fail(error)
    }
  }

  /** Writes a sign of life, with the cursor when it moved in silence (rules W5, S4). */
  beat(): void {
    if (this.#outbox.isBusy || this.#state === 'ended') return
    const { link } = this.#served
    const isOpening = this.#state === 'opening'
    // Whoever answers is judged by it from the first beat on, also if the log takes long; the welcome stays the first frame.
    if (isOpening && !link.answersHeartbeats) return
    this.#outbox.push(link.encoder.heartbeat(isOpening ? null : this.reader.movedCursor()))
    this.#outbox.flush()
    link.noteBeat()
  }

  /** The socket took what it had. */
  onDrained(): void {
    this.#outbox.onDrained()
    this.queue()
  }

  /** Resolves when what waits was written and the socket took it, or when the delivery has ended. */
  untilIdle(): Promise<void> {
    return new Promise(resolve => {
      this.#onIdle = () => {
        this.#onIdle = null
        resolve()
      }
      if (this.#state === 'ended') this.#onIdle()
    })
  }

  #pull(): void {
    if (this.#state === 'flowing') this.reader.pull()
    this.#outbox.flush()
    if (this.#attendance?.hasNews) this.#tellPresence(this.#attendance)
    if (!this.#outbox.isBusy) this.#onIdle?.()
    if (this.#state !== 'flowing') return
    if (this.reader.needsLog) this.#readOn()
    else if (this.reader.hasNews) this.queue()
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
      this.#readPage().catch(error => this.#served.fail(error))
    })
  }

  async #readPage(): Promise<void> {
    try {
      if (this.#state === 'flowing') await this.reader.readPage()
    } finally {
      this.#isReading = false
    }
    this.queue()
  }

  #tellGap(gap: Gap): void {
    const { counters, observe, clock } = this.#context
    const { id, link } = this.#served
    this.push(link.encoder.frame(gap))
    // An operator's page that comes back has missed figures, no messages: that is nobody's trouble.
    if (gap.channel.startsWith('$')) return
    tally(counters.gaps, gap.reason)
    observe({ kind: 'gap', time: clock(), connection: id, channel: gap.channel, reason: gap.reason })
  }
}
