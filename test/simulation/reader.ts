// One client of a simulated life: its socket, what it has read, its witness, and the commands it sent. Knows how a session
// may end, and says when one ended otherwise.

import type { Identity } from '../../gateway/core/identity.ts'
import type { Core, Peer } from '../core/core.ts'
import type { Sent } from '../core/wire.ts'
import type { Connect, Item } from './event.ts'
import { FrameStream } from './frame-stream.ts'
import type { HeldTime } from './held-time.ts'
import { SimulatedSocket } from './socket.ts'
import { Witness, type WitnessOptions, type Written } from './witness.ts'

/** A pong with its mask. */
const PONG_BYTES = 6

export interface Asked {
  readonly since?: string | undefined
  readonly item?: Item
}

export interface ReaderOptions {
  readonly connect: Connect
  readonly time: HeldTime
  readonly witness: Omit<WitnessOptions, 'asked'>
  /** What is true of frames that are written now. */
  readonly written: (isFresh: boolean) => Written
  /** The gateway answered a publish. */
  readonly onPublished: (item: Item, answer: { id?: string; duplicate?: boolean }) => void
  readonly onProblem: (problem: unknown) => void
}

export class SimulatedReader {
  readonly connect: Connect
  readonly socket: SimulatedSocket
  readonly witness: Witness
  peer: Peer<SimulatedSocket> | null = null
  /** Whether its opening is done: only then its token is watched. */
  isOpened = false
  /** When its token ends at the earliest and at the latest, in time that does not jump; infinite without one. */
  tokenEnds = { earliest: Number.POSITIVE_INFINITY, latest: Number.POSITIVE_INFINITY }
  wasKicked = false
  readonly #options: ReaderOptions
  readonly #asked = new Map<number, Asked>()
  #ref = 0
  /** Sent while the gateway did not read. */
  #held: object[] = []

  constructor(options: ReaderOptions) {
    const { connect, time } = options
    this.#options = options
    this.connect = connect
    this.witness = new Witness({ ...options.witness, asked: ref => this.#asked.get(ref) ?? {} })
    const stream = new FrameStream<Written>(connect.transport, (sent, written) => this.#hear(sent, written))
    this.socket = new SimulatedSocket({
      transport: connect.transport,
      systemBytes: connect.systemBytes ?? 0,
      bytesPerSecond: connect.bytesPerSecond ?? Number.POSITIVE_INFINITY,
      nowMs: () => time.nowMs,
      elapsedMs: () => time.elapsedMs,
      onWritten: (bytes, isFresh) => stream.wrote(bytes, options.written(isFresh)),
      waitingBytes: () => this.peer?.session.pendingBytes ?? 0,
      onRead: bytes => stream.read(bytes),
      onReading: () => this.#sendHeld(),
    })
  }

  /** Whether the gateway should know it, and it the gateway. */
  get isAlive(): boolean {
    return this.socket.isOpen && !this.socket.isDeserted
  }

  /** It takes everything at once, and nothing waits for it. */
  get keepsUp(): boolean {
    return this.socket.bytesPerSecond === Number.POSITIVE_INFINITY && this.socket.pendingBytes() === 0
  }

  /** It has read the answers to all its commands. */
  get isAnswered(): boolean {
    return this.witness.answered === this.#ref
  }

  begin(core: Core, since: string | undefined, identity: Identity): void {
    const { channels, history, sender } = this.connect
    this.peer = core.connectOver(channels, { link: this.socket, since, history, sender, identity })
    void this.peer.opened.then(() => {
      this.isOpened = true
    })
  }

  get isComplete(): boolean {
    try {
      this.checkComplete()
      return true
    } catch {
      return false
    }
  }

  /** Nothing is under way: whoever is still connected has everything, each answer included. */
  checkComplete(): void {
    if (!this.isAlive) return
    const { answered } = this.witness
    const name = `reader ${this.connect.reader}`
    if (!this.isOpened) throw new Error(`${name} was never opened`)
    if (!this.isAnswered) throw new Error(`${name} waits for answers after ${answered}`)
    try {
      this.witness.checkComplete()
    } catch (problem) {
      throw new Error(`${name}: ${(problem as Error).message}`, { cause: problem })
    }
  }

  /** Sends a command, numbered. */
  command(command: object, asked: Asked = {}): void {
    if (this.connect.transport === 'sse' || !this.isAlive) return
    this.#ref += 1
    this.#asked.set(this.#ref, asked)
    this.#held.push({ ...command, ref: this.#ref })
    this.#sendHeld()
  }

  #sendHeld(): void {
    while (this.#held.length > 0 && !this.socket.isReadingPaused) {
      const command = JSON.stringify(this.#held.shift())
      this.socket.receive(command.length)
      this.peer?.commands.receive(command)
    }
  }

  #hear(sent: Sent, written: Written): void {
    try {
      const { frame } = sent
      if (frame.type === 'ping') {
        this.socket.receive(PONG_BYTES)
        return
      }
      this.witness.take(sent, written)
      const { item } = this.#asked.get(Number(frame.ref)) ?? {}
      if (item && frame.type === 'published') this.#options.onPublished(item, frame as { id?: string })
    } catch (problem) {
      // Thrown later: here it would only look like a fault of the gateway.
      this.#options.onProblem(problem)
    }
  }
}
