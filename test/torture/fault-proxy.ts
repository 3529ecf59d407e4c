// A TCP proxy between the gateway and its clients that does to connections what networks do. Knows no protocol.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from './dice.ts'
import { drawFault, type Fault, NO_FAULT } from './faults.ts'

/** Changes what goes down to a client: for proving that the torture sees a gateway that is wrong. */
export type Tamper = (chunk: Buffer) => Buffer

export interface FaultProxyOptions {
  readonly targetPort: number
  readonly dice: Dice
  readonly tamper?: Tamper | undefined
}

export class FaultProxy {
  /** Connections that were harmed, by what was done. */
  readonly harmed = { cut: 0, stalled: 0, slowed: 0 }
  readonly #options: FaultProxyOptions
  readonly #server: Server
  readonly #passages = new Set<Passage>()
  #isCalm = false

  constructor(options: FaultProxyOptions) {
    this.#options = options
    // Half-closed is a state of its own: the end of one direction is passed on, not multiplied.
    this.#server = createServer({ noDelay: true }, client => this.#accept(client))
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** No faults any more; connections that have one end. */
  calm(): void {
    this.#isCalm = true
    for (const passage of this.#passages) if (passage.fault !== NO_FAULT) passage.cut()
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const passage of this.#passages) passage.cut()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    const { targetPort, dice, tamper } = this.#options
    const fault = this.#isCalm ? NO_FAULT : drawFault(dice)
    if (fault.cutAfterMs !== null || fault.cutAfterBytes !== null) this.harmed.cut += 1
    if (fault.stall) this.harmed.stalled += 1
    if (fault.delayMs > 0 || fault.dripBytes > 0) this.harmed.slowed += 1
    const upstream = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
    const passage = new Passage(client, upstream, fault, tamper ?? (chunk => chunk))
    this.#passages.add(passage)
    void passage.over.then(() => this.#passages.delete(passage))
  }
}

/** One connection on its way through. */
class Passage {
  readonly fault: Fault
  /** Settles when both sockets are closed. */
  readonly over: Promise<unknown>
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #timers: NodeJS.Timeout[] = []
  #stalled: Promise<void> | null = null
  #downBytes = 0

  constructor(client: Socket, upstream: Socket, fault: Fault, tamper: Tamper) {
    this.#client = client
    this.#upstream = upstream
    this.fault = fault
    const closed = (socket: Socket) => new Promise(resolve => socket.once('close', resolve))
    this.over = Promise.all([closed(client), closed(upstream)]).then(() => {
      for (const timer of this.#timers) clearTimeout(timer)
    })
    for (const socket of [client, upstream]) {
      socket.on('error', () => {
        // A reset, or a gateway that is not there: the pumps end both sides.
      })
    }
    this.#schedule()
    const { cutAfterBytes } = fault
    const down = (chunk: Buffer) => {
      this.#downBytes += chunk.length
      if (cutAfterBytes === null || this.#downBytes < cutAfterBytes) return tamper(chunk)
      setImmediate(() => this.cut())
      return chunk.subarray(0, Math.max(0, chunk.length - (this.#downBytes - cutAfterBytes)))
    }
    void this.#pump(client, upstream, chunk => chunk)
    void this.#pump(upstream, client, down)
  }

  /** Cuts the client off; the gateway hears of it now or later. */
  cut(): void {
    const { isReset, halfOpenMs } = this.fault
    const end = (socket: Socket) => (isReset ? socket.resetAndDestroy() : socket.destroy())
    end(this.#client)
    if (halfOpenMs === 0) end(this.#upstream)
    else this.#after(halfOpenMs, () => end(this.#upstream))
  }

  #schedule(): void {
    const { cutAfterMs, stall } = this.fault
    if (cutAfterMs !== null) this.#after(cutAfterMs, () => this.cut())
    if (stall) {
      this.#after(stall.afterMs, () => {
        this.#stalled = sleep(stall.forMs).then(() => {
          this.#stalled = null
        })
      })
    }
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms))
  }

  /** Carries one direction; at most one chunk is held here. */
  async #pump(from: Socket, to: Socket, change: (chunk: Buffer) => Buffer): Promise<void> {
    const { delayMs, dripBytes } = this.fault
    let dripped = 0
    try {
      for await (const received of from) {
        const chunk = change(received)
        if (this.#stalled) await this.#stalled
        if (delayMs > 0) await sleep(delayMs)
        const drip = Math.min(chunk.length, dripBytes - dripped)
        for (let at = 0; at < drip; at += 1) {
          to.write(chunk.subarray(at, at + 1))
          await new Promise(resolve => setImmediate(resolve))
        }
        dripped += Math.max(0, drip)
        if (!to.writable) break
        if (!to.write(chunk.subarray(Math.max(0, drip)))) await drained(to)
      }
      to.end()
    } catch {
      // Reset on one side is a reset on the other, unless the fault is that nobody tells.
      if (this.fault.halfOpenMs === 0 || from === this.#upstream) to.resetAndDestroy()
    }
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.once('drain', resolve)
    socket.once('close', resolve)
  })
}
