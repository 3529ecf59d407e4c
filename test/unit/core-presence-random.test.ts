// Random companies: tabs that open, close, die and stall, users that come back within the grace or not. Whatever
// happened, everybody who listens ends up knowing exactly who is there.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Believer,
  client,
  connect,
  createCore,
  DeafLink,
  holdTime,
  passTime,
  ROOM,
  whoIsThere,
} from '../core/company.ts'
import { FakeLink } from '../core/fake-link.ts'
import { turns } from '../core/late-log.ts'
import { seededRandom } from '../harness/seed.ts'

const GRACE_MS = 10_000
/** More than a large room collects for. */
const COLLECTED_MS = 600

beforeEach(holdTime)
afterEach(() => vi.useRealTimers())

interface Tab extends Believer {
  readonly user: string | undefined
}

/** A life of a room, and beside it what every rule says about each user. */
class Company {
  readonly core = createCore()
  readonly tabs: Tab[] = []
  readonly #random: () => number
  readonly #crowd: number
  /** When the user's last lost connection was lost; it counts until somebody of the user comes again. */
  readonly #lostAt = new Map<string, number>()
  /** Users whose last connection has been gone for less than the grace. */
  readonly #expected = new Map<string, number>()

  constructor(random: () => number, crowd: number) {
    this.#random = random
    this.#crowd = crowd
  }

  /** Users who are there and stay. */
  gather(): void {
    for (let index = 0; index < this.#crowd; index += 1)
      connect(this.core, client(`crowd${index}`), new DeafLink())
  }

  get members(): Set<string> {
    for (const [user, until] of this.#expected) if (until <= Date.now()) this.#expected.delete(user)
    const crowd = Array.from({ length: this.#crowd }, (_, index) => `crowd${index}`)
    return new Set([...crowd, ...this.tabs.flatMap(({ user }) => user ?? []), ...this.#expected.keys()])
  }

  async step(): Promise<void> {
    const dice = this.#random()
    const tab = this.tabs[this.#upTo(this.tabs.length)]
    if (dice < 0.3 && this.tabs.length < 40) this.#come()
    else if (dice < 0.45 && tab) this.#die(tab)
    else if (dice < 0.55 && tab) await this.#goAway(tab)
    else if (dice < 0.6 && tab?.user !== undefined) this.#sendAway(tab.user)
    else if (dice < 0.68 && tab) tab.link.isStalled = true
    else if (dice < 0.8 && tab) this.#drain(tab)
    else if (dice < 0.97) await passTime(this.#upTo(700))
    else {
      // A minute without reading would end a connection.
      await this.#drainAll()
      await passTime(this.#upTo(2 * GRACE_MS))
    }
    if (this.#random() < 0.6) await turns(1 + this.#upTo(4))
  }

  #upTo(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #drain({ link }: Tab): void {
    link.isStalled = false
    link.take()
  }

  /** Everybody reads, and what is collected is told. Returns who is there, as the gateway says. */
  async settle(): Promise<Set<string>> {
    await this.#drainAll()
    for (;;) {
      const end = Date.now() + COLLECTED_MS
      const answer = whoIsThere(this.core)
      await passTime(COLLECTED_MS)
      const there = new Set(await answer)
      // Who left meanwhile is told of in the next collection.
      const isLate = (until: number) => until > end - COLLECTED_MS && until <= end
      if (![...this.#expected.values()].some(isLate)) return there
    }
  }

  async #drainAll(): Promise<void> {
    await turns(4)
    for (const tab of this.tabs) this.#drain(tab)
    await turns(4)
  }

  #come(): void {
    const user = this.#random() < 0.15 ? undefined : `user${this.#upTo(12)}`
    const link = new FakeLink(this.#random() < 0.5 ? 'sse' : 'websocket')
    const info = this.#random() < 0.3 ? { text: 'x'.repeat(this.#upTo(40_000)) } : undefined
    const believer = connect(this.core, client(user, info), link)
    // Not spread: what it believes changes.
    this.tabs.push(Object.assign(Object.create(believer), { user }) as Tab)
    if (user === undefined) return
    this.#lostAt.delete(user)
    this.#expected.delete(user)
  }

  #remove(tab: Tab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1)
  }

  #die(tab: Tab): void {
    tab.link.die()
    this.#remove(tab)
    if (tab.user !== undefined) this.#lostAt.set(tab.user, Date.now())
    this.#expect(tab.user)
  }

  /** The connection stays, its subscription does not. */
  async #goAway(tab: Tab): Promise<void> {
    this.#drain(tab)
    await turns(4)
    tab.command({ type: 'unsubscribe', channel: ROOM })
    await turns(6)
    this.#remove(tab)
    this.#expect(tab.user)
  }

  #sendAway(user: string): void {
    const sent = this.tabs.filter(tab => tab.user === user)
    this.core.context.connections.disconnectUser(user, 'away')
    for (const tab of sent) this.#remove(tab)
    this.#expect(user)
  }

  /** With no tab left a user stays only for what is left of the grace of one that was lost. */
  #expect(user: string | undefined): void {
    if (user === undefined || this.tabs.some(tab => tab.user === user)) return
    const lostAt = this.#lostAt.get(user)
    if (lostAt !== undefined && lostAt + GRACE_MS > Date.now()) this.#expected.set(user, lostAt + GRACE_MS)
  }
}

test.each([
  [1500, 0],
  [400, 495],
])(
  '[P2][P3][P5] after %i steps everybody knows who is there, beside %i who stay',
  async (steps, crowd) => {
    const company = new Company(seededRandom(), crowd)
    company.gather()
    for (let step = 1; step <= steps; step += 1) {
      await company.step()
      if (step % 100 !== 0) continue
      const there = await company.settle()
      const { members, tabs, core } = company
      expect(there, `after ${step} steps`).toEqual(members)
      for (const tab of tabs) expect(tab.believed, `a tab after ${step} steps`).toEqual(members)
      expect(core.faults).toEqual([])
    }
  },
  30_000,
)
