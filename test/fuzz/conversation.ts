// A WebSocket that talks with the gateway and holds it to the contract: every frame legal, every command with a `ref`
// answered once and in order, every close code one of the table (rules W2, W3). Knows no cases.

import { CODES, type Code, closeCode } from '../../shared/codes.ts'
import { type Frame, seqOf } from '../harness/frame.ts'
import type { CommandText } from './command-text.ts'
import { Finding, template } from './finding.ts'
import { CLOSE, closePayload, frameBytes, PONG, TEXT } from './frame-bytes.ts'
import { readFrame } from './frame-reader.ts'
import { handshake, takeUpgrade } from './handshake.ts'
import type { Tally } from './tally.ts'
import type { Wire } from './wire.ts'

const TYPES = new Set([
  ...['welcome', 'subscribed', 'message', 'gap', 'live', 'deleted', 'history', 'published', 'unsubscribed'],
  ...['authenticated', 'pong', 'expiring', 'failure', 'goodbye', 'join', 'leave', 'presence'],
])
const ANSWERS: Readonly<Record<string, string>> = {
  subscribe: 'subscribed',
  unsubscribe: 'unsubscribed',
  publish: 'published',
  history: 'history',
  ping: 'pong',
  auth: 'authenticated',
  presence: 'presence',
}
const CLOSE_CODES = new Set(Object.keys(CODES).map(code => closeCode(code as Code)))
const PROTOCOL_CLOSE_CODES = [1000, 1001, 1002, 1003, 1007, 1009]
/** As the commands of a conversation know them; older ones are of no interest. */
const KEPT_CURSORS = 8

export class Conversation {
  readonly wire: Wire
  readonly cursors: string[] = []
  /** The close code received, 1005 if it was empty; null as long as there is none. */
  closedWith: number | null = null
  readonly #tally: Tally
  readonly #due: CommandText[] = []
  readonly #duePongs: Buffer[] = []
  readonly #lastSeq = new Map<string, number>()
  #said: Buffer = Buffer.alloc(0)

  constructor(wire: Wire, tally: Tally) {
    this.wire = wire
    this.#tally = tally
  }

  static async open(wire: Wire, query: string, headers: string, tally: Tally): Promise<Conversation> {
    wire.send(handshake(query, headers))
    await takeUpgrade(wire)
    return new Conversation(wire, tally)
  }

  get pongsDue(): number {
    return this.#duePongs.length
  }

  /** Sends bytes in which these commands and pings are, as the caller put them there. */
  send(bytes: Buffer, commands: readonly CommandText[], pings: readonly Buffer[] = []): void {
    for (const command of commands) {
      if (command.ref === undefined) this.#tally.count(`${command.type || 'no command'} without ref`)
      else this.#due.push(command)
    }
    this.#duePongs.push(...pings)
    this.#said = bytes
    this.wire.send(bytes)
  }

  /** Waits until everything that was sent is answered. */
  async settle(): Promise<void> {
    const ref = 'settled'
    const text = `{"type":"ping","ref":"${ref}"}`
    const ping: CommandText = { ...SOUND_PING, text, ref }
    this.#due.push(ping)
    this.wire.send(frameBytes(TEXT, Buffer.from(text)))
    await this.#read(() => this.#due.length === 0 && this.#duePongs.length === 0)
  }

  /** Waits for the end of the connection, which has to carry one of these codes. */
  async close(codes: readonly number[], what: string): Promise<void> {
    await this.#read(() => false, codes)
    if (this.closedWith === null) throw this.#object(`The gateway hung up without a close frame on ${what}`)
    if (!codes.includes(this.closedWith)) {
      throw this.#object(
        `The gateway closed with ${this.closedWith} instead of ${codes.join(' or ')} on ${what}`,
      )
    }
    this.wire.send(frameBytes(CLOSE, closePayload(1000)))
    await this.wire.untilClosed(`the end of the connection after ${what}`)
  }

  /** Reads until `isDone`, or the end of the connection, which is a finding unless `ends` foresees it. */
  async #read(isDone: () => boolean, ends: readonly number[] | null = null): Promise<void> {
    for (;;) {
      for (let frame = readFrame(this.wire); frame !== null; frame = readFrame(this.wire)) {
        this.#receive(frame.opcode, frame.payload)
        if (this.closedWith !== null && ends !== null) return
        if (this.closedWith !== null) throw this.#object(`The gateway closed with ${this.closedWith}`)
      }
      if (isDone()) return
      const due = this.#due[0]
      const hasMore = await this.wire.more(
        due ? `the answer to ${due.text.slice(0, 200)}` : 'a pong or a close',
      )
      if (hasMore) continue
      if (!this.wire.isClosed) continue
      if (ends !== null) return
      throw this.#object(`The gateway hung up ${this.wire.error}`)
    }
  }

  #receive(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) this.#receiveText(payload.toString('utf8'))
    else if (opcode === PONG) this.#receivePong(payload)
    else if (opcode === CLOSE) this.#receiveClose(payload)
  }

  #receiveText(text: string): void {
    const frame = parse(text)
    if (frame === null || !TYPES.has(frame.type)) throw this.#object(`The gateway said ${text.slice(0, 300)}`)
    if (frame.type === 'message') this.#checkOrder(frame)
    if (frame.type === 'subscribed' || frame.type === 'unsubscribed') this.#lastSeq.delete(frame.channel!)
    if (frame.type === 'failure') this.#checkFailure(frame)
    if (frame.ref !== undefined) this.#takeAnswer(frame)
    else
      this.#tally.note(
        `said ${frame.type} ${frame.code ?? ''} ${template(frame.message ?? frame.reason ?? '')}`,
      )
  }

  #takeAnswer(frame: Frame): void {
    let command = this.#due.shift()
    while (command && command.ref !== frame.ref && command.isRefOptional) {
      this.#tally.count(`${command.type} damaged`)
      command = this.#due.shift()
    }
    const answer = `${frame.type} ${frame.code ?? ''} ${frame.message ?? ''}`.trim()
    if (!command)
      throw this.#object(`The ref ${JSON.stringify(frame.ref)}, which nothing asked, was answered ${answer}`)
    if (command.ref !== frame.ref) {
      throw this.#object(
        `The ref ${JSON.stringify(frame.ref)} was answered before ${command.text.slice(0, 200)}`,
      )
    }
    const isFailure = frame.type === 'failure'
    const isExpected = isFailure || command.isRefOptional || frame.type === ANSWERS[command.type]
    const isTooStrict = command.isWellFormed && frame.code === 'bad_request'
    if (!isExpected || isTooStrict || (command.isWrong && !isFailure)) {
      throw this.#object(`The command ${command.text.slice(0, 400)} was answered ${answer}`)
    }
    this.#tally.count(`${command.type} → ${frame.type} ${frame.code ?? ''} ${template(frame.message ?? '')}`)
  }

  #checkFailure({ code, message }: Frame): void {
    const isKnown = code !== undefined && Object.hasOwn(CODES, code) && code !== 'internal'
    if (!isKnown || !message) throw this.#object(`A failure came with code ${code} and message ${message}`)
  }

  #checkOrder({ channel, id }: Frame): void {
    if (id === undefined) return
    const seq = seqOf(id)
    if (seq <= (this.#lastSeq.get(channel!) ?? -1))
      throw this.#object(`The message ${id} of ${channel} came late or twice`)
    this.#lastSeq.set(channel!, seq)
    this.cursors.push(id)
    if (this.cursors.length > KEPT_CURSORS) this.cursors.shift()
  }

  #receivePong(payload: Buffer): void {
    const due = this.#duePongs.shift()
    if (!due?.equals(payload)) throw this.#object('A pong does not carry what the ping did')
  }

  #receiveClose(payload: Buffer): void {
    const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0)
    this.closedWith = code
    this.#tally.note(
      `closed with ${PROTOCOL_CLOSE_CODES.includes(code) || CLOSE_CODES.has(code) ? code : '…'}`,
    )
  }

  #object(message: string): Finding {
    return new Finding(message, this.#said)
  }
}

const SOUND_PING = {
  type: 'ping',
  isRefOptional: false,
  isWellFormed: true,
  isWrong: false,
  isMalformed: false,
}

function parse(text: string): Frame | null {
  try {
    return JSON.parse(text) as Frame
  } catch {
    return null
  }
}
