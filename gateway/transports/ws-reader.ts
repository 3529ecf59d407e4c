// Reads the frames that a client sends (RFC 6455, section 5) and tells of messages. Knows no socket and no commands.
//
// A connection that only listens sends a pong now and then: between two frames nothing is held for it.

import { isUtf8 } from 'node:buffer'
import { GrowingBuffer } from './growing-buffer.ts'
import { inflate } from './ws-deflate.ts'
import {
  type Breach,
  COMPRESSED,
  checkFrame,
  type Frame,
  isCloseCode,
  isControl,
  OPCODES,
  readFrame,
} from './ws-rules.ts'

/** Who hears what was read. */
export interface FrameListener {
  /** A whole text message. */
  onText(text: string): void
  onBinary(): void
  onPing(payload: Buffer): void
  onPong(): void
  /** The peer ends the connection; null: without a code. Nothing after it is read. */
  onClose(code: number | null): void
  /** The peer broke the protocol: the connection ends with this code, and nothing more is read. */
  onBroken(code: Breach): void
}

export class FrameReader {
  /** Messages that became whole, and control frames outside of them. */
  wholeCount = 0
  readonly #listener: FrameListener
  readonly #maxBytes: number
  readonly #mayCompress: boolean
  /** The beginning of a frame that is not whole. */
  #rest: GrowingBuffer | null = null
  /** So many bytes the rest must have before it is worth another look. */
  #neededBytes = 0
  /** The fragments of a message that is not whole. */
  #message: GrowingBuffer | null = null
  #messageOpcode = 0
  #isCompressed = false
  #isEnded = false

  /** `maxBytes`: of a message, all fragments together, and also of what it inflates to. */
  constructor(listener: FrameListener, maxBytes: number, mayCompress: boolean) {
    this.#listener = listener
    this.#maxBytes = maxBytes
    this.#mayCompress = mayCompress
  }

  /** Whether something has begun that is not whole. */
  get isUnfinished(): boolean {
    return this.#rest !== null || this.#message !== null
  }

  /** Takes bytes as they come; they may be changed, and are not kept. */
  read(chunk: Buffer): void {
    if (this.#isEnded) return
    this.#rest?.push(chunk)
    // Without this look, a frame that is dripped would be read anew with every byte.
    if (this.#rest !== null && this.#rest.length < this.#neededBytes) return
    const bytes = this.#rest?.bytes ?? chunk
    let at = 0
    while (!this.#isEnded) {
      const frame = readFrame(bytes, at)
      const breach = frame && this.#check(frame)
      if (breach) {
        this.#break(breach)
        return
      }
      const end = at + (frame ? frame.headerBytes + frame.length : MIN_HEADER_BYTES)
      if (frame === null || end > bytes.length) {
        this.#keep(bytes.subarray(at), end - at)
        return
      }
      this.#take(frame, bytes.subarray(at + frame.headerBytes, end))
      at = end
    }
  }

  #keep(rest: Buffer, neededBytes: number): void {
    this.#neededBytes = neededBytes
    if (rest.length > 0 && rest.length === this.#rest?.length) return
    this.#rest = null
    if (rest.length === 0) return
    this.#rest = new GrowingBuffer()
    this.#rest.push(rest)
  }

  #check(frame: Frame): Breach | null {
    const held = this.#message?.length ?? 0
    const isWithin = this.#message !== null
    const breach = checkFrame(frame, { isWithin, mayCompress: this.#mayCompress })
    if (breach || isControl(frame)) return breach
    return held + frame.length > this.#maxBytes ? TOO_LARGE : null
  }

  #take(frame: Frame, payload: Buffer): void {
    unmask(payload, frame.mask)
    if (isControl(frame)) this.#control(frame.opcode, payload)
    else this.#data(frame, payload)
  }

  #control(opcode: number, payload: Buffer): void {
    if (this.#message === null) this.wholeCount += 1
    if (opcode === OPCODES.ping) this.#listener.onPing(payload)
    else if (opcode === OPCODES.pong) this.#listener.onPong()
    else this.#close(payload)
  }

  #close(payload: Buffer): void {
    const code = payload.length < 2 ? null : payload.readUInt16BE(0)
    if (payload.length === 1 || (code !== null && !isCloseCode(code))) this.#break(PROTOCOL_ERROR)
    else if (!isUtf8(payload.subarray(2))) this.#break(INVALID_TEXT)
    else {
      this.#isEnded = true
      this.#rest = null
      this.#message = null
      this.#listener.onClose(code)
    }
  }

  #data({ opcode, isFinal, reserved }: Frame, payload: Buffer): void {
    if (opcode !== OPCODES.continuation) {
      this.#messageOpcode = opcode
      this.#isCompressed = reserved === COMPRESSED
    }
    if (isFinal && this.#message === null) {
      this.#tell(payload)
      return
    }
    this.#message ??= new GrowingBuffer()
    this.#message.push(payload)
    if (!isFinal) return
    const { bytes } = this.#message
    this.#message = null
    this.#tell(bytes)
  }

  #tell(message: Buffer): void {
    this.wholeCount += 1
    const content = this.#isCompressed ? this.#inflate(message) : message
    if (typeof content === 'number') this.#break(content)
    else if (this.#messageOpcode === OPCODES.binary) this.#listener.onBinary()
    else if (isUtf8(content)) this.#listener.onText(content.toString())
    else this.#break(INVALID_TEXT)
  }

  #inflate(message: Buffer): Buffer | Breach {
    try {
      return inflate(message, this.#maxBytes)
    } catch (error) {
      return error instanceof RangeError ? TOO_LARGE : INVALID_TEXT
    }
  }

  #break(code: Breach): void {
    this.#isEnded = true
    this.#rest = null
    this.#message = null
    this.#listener.onBroken(code)
  }
}

/** Flags and length; how many more there are stands in them. */
const MIN_HEADER_BYTES = 2

const PROTOCOL_ERROR = 1002
const INVALID_TEXT = 1007
const TOO_LARGE = 1009

function unmask(payload: Buffer, mask: readonly number[]): void {
  for (let at = 0; at < payload.length; at += 1) payload[at]! ^= mask[at & 3]!
}
