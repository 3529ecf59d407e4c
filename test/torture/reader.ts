// A reader that behaves as badly as clients do: stalls, vanishes, changes its channels, and always comes back from its last
// cursor. What it was given, its account judges. Knows no proxy and no gateway.

import { setTimeout as sleep } from 'node:timers/promises'
import { Account, type Opening } from './account.ts'
import type { Command } from './answers.ts'
import { STORED, UNSTORED } from './channels.ts'
import type { Dice } from './dice.ts'
import { type Link, type OpenLink, openSse, openWebSocket } from './link.ts'
import type { Witnesses } from './witnesses.ts'

export interface ReaderOptions {
  readonly who: string
  readonly transport: 'WebSocket' | 'SSE'
  readonly dice: Dice
  readonly witnesses: Witnesses
  /** The address for the next connection: through the proxy, or not. */
  readonly url: () => string
}

const MAX_CHANNELS = 5
/** How long it stays away, twice as long after each connection that brought nothing. */
const MIN_WAIT_MS = 100
const MAX_WAIT_MS = 800

export class Reader {
  readonly account: Account
  readonly #options: ReaderOptions
  readonly #open: OpenLink
  #link: Link | null = null
  #isStopped = false
  #isCalm = false
  #ref = 0
  /** Where unsubscribed channels stood: the next subscribe may go on from there. */
  readonly #left = new Map<string, string>()

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#open = options.transport === 'SSE' ? openSse : openWebSocket
    this.account = new Account(options.who, options.witnesses)
  }

  /** Connects again and again until `stop`. */
  async run(): Promise<void> {
    const { dice, witnesses, who } = this.#options
    let waitMs = MIN_WAIT_MS
    while (!this.#isStopped) {
      if (!this.#isCalm && dice.chance(0.03)) this.account.forget()
      const opening = this.account.resumption() ?? this.#freshOpening()
      witnesses.trace.tell(who, 'connect', opening)
      const link = this.#connect(opening)
      const over = new AbortController()
      void this.#misbehave(link, over.signal)
      const end = await link.ended
      over.abort()
      witnesses.trace.tell(who, 'end', { end, delivered: this.account.delivered })
      if (/status [45]|response: [45]/.test(end)) witnesses.verdict.add('S5', who, '-', `refused with ${end}`)
      this.account.disconnected()
      this.#link = null
      waitMs = this.account.isWelcomed ? MIN_WAIT_MS : Math.min(2 * waitMs, MAX_WAIT_MS)
      if (!this.#isStopped) await sleep(dice.between(10, waitMs))
    }
  }

  /** From now on it only reads, on a new connection. */
  calm(): void {
    this.#isCalm = true
    if (this.#link === null) return
    this.#link.cut()
    // Its end is told later; until then this reader would count as one that has come back.
    this.#link = null
    this.account.isLive = false
  }

  stop(): void {
    this.#isStopped = true
    this.#link?.cut()
  }

  #connect(opening: Opening): Link {
    const { account } = this
    account.connected(opening)
    const late = account.joining()
    const link = this.#open(this.#options.url(), opening, (frame, id) => {
      // What was held back when the connection ended is let go afterwards: it was never read.
      if (this.#link !== link) return
      account.take(frame, id)
      if (frame.type === 'welcome')
        for (const { channel, since } of late) this.#command(link, { type: 'subscribe', channel, since })
    })
    this.#link = link
    return link
  }

  #freshOpening(): Opening {
    const { dice, witnesses } = this.#options
    const names = STORED.map(({ name }) => name)
    const channels = dice.some(names, dice.between(1, 4))
    if (dice.chance(0.2)) channels.push(dice.pick(UNSTORED))
    const { epoch, head } = witnesses.model
    // Now and then from anywhere in the log, and from nowhere in it.
    const choice = this.#isCalm ? 1 : dice.between(0, 9)
    if (choice < 2) return { channels, history: dice.below(100) }
    if (choice === 2 && epoch !== null) return { channels, since: `${epoch}-${dice.below(head + 1)}` }
    if (choice === 3) return { channels, since: 'nonsense' }
    return { channels }
  }

  async #misbehave(link: Link, signal: AbortSignal): Promise<void> {
    const { dice } = this.#options
    const step = () => sleep(dice.between(20, 1200), undefined, { signal }).catch(() => {})
    for (await step(); !signal.aborted && !this.#isCalm; await step()) {
      const act = dice.weigh<() => void | Promise<void>>([
        [3, () => this.#stall(link, signal)],
        [3, () => this.#readSlowly(link, signal)],
        [2, () => link.cut()],
        [1, () => link.close()],
        [this.#options.transport === 'SSE' ? 0 : 8, () => this.#randomCommand(link)],
      ])
      await act()
    }
  }

  /** Now and then so long that the gateway's beats end the connection (rule W5), or retention overtakes it (R3). */
  async #stall(link: Link, signal: AbortSignal): Promise<void> {
    const { dice } = this.#options
    link.pause()
    await sleep(dice.chance(0.3) ? dice.between(1000, 6000) : dice.between(50, 800), undefined, {
      signal,
    }).catch(() => {})
    link.unpause()
  }

  async #readSlowly(link: Link, signal: AbortSignal): Promise<void> {
    for (let turn = 0; turn < 20 && !signal.aborted && !this.#isCalm; turn += 1) {
      link.pause()
      await sleep(this.#options.dice.between(5, 80), undefined, { signal }).catch(() => {})
      link.unpause()
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  #randomCommand(link: Link): void {
    const { dice } = this.#options
    const act = dice.pick([
      () => this.#subscribe(link),
      () => this.#unsubscribe(link),
      () => this.#command(link, { type: 'ping' }),
      () => {
        const since = dice.chance(0.5) ? this.#recent() : undefined
        this.#command(
          link,
          { type: 'history', channel: this.#anyStored(), since },
          { limit: dice.between(1, 200) },
        )
      },
    ])
    act()
  }

  #subscribe(link: Link): void {
    const { dice } = this.#options
    const channel = this.#anyStored()
    const held = this.account.channels
    if (held.length >= MAX_CHANNELS && !held.includes(channel)) return
    const since = dice.pick([undefined, this.#recent(), this.#left.get(channel)])
    this.#command(
      link,
      { type: 'subscribe', channel, since },
      dice.chance(0.2) ? { history: dice.below(50) } : {},
    )
  }

  #unsubscribe(link: Link): void {
    const held = this.account.channels
    // The last one stays, or there would be nothing to come back for.
    if (held.length < 2) return
    const channel = this.#options.dice.pick(held)
    const cursor = this.account.cursorOf(channel)
    if (cursor !== null) this.#left.set(channel, cursor)
    this.#command(link, { type: 'unsubscribe', channel })
  }

  #anyStored(): string {
    return this.#options.dice.pick(STORED).name
  }

  /** A cursor of a moment ago, once there is a log. */
  #recent(): string | undefined {
    const { dice, witnesses } = this.#options
    const { epoch, head } = witnesses.model
    return epoch === null ? undefined : `${epoch}-${Math.max(0, head - dice.below(300))}`
  }

  #command(link: Link, command: Omit<Command, 'ref'>, more: object = {}): void {
    this.#ref += 1
    const sent = { ...command, ref: this.#ref }
    this.#options.witnesses.trace.tell(this.#options.who, 'send', { ...sent, ...more })
    if (link.send(JSON.stringify({ ...sent, ...more }))) this.account.sent(sent)
  }
}
