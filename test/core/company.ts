// Users who come to one channel with presence and go again, and what each of their connections believes about who is
// there. Knows the wire only; time is the test's.

import { expect, vi } from 'vitest'
import type { Identity } from '../../gateway/core/identity.ts'
import type { Json } from '../../shared/frames.ts'
import { Core, type CoreOptions, type Peer } from './core.ts'
import { FakeLink } from './fake-link.ts'
import { turns } from './late-log.ts'
import type { SentFrame } from './wire.ts'

export const ROOM = 'room'
const OPEN = { subscribe: 'anyone', publish: 'subscribers' } as const

/** Timers and clocks stand still until the test moves them; turns of the event loop go on. */
export function holdTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
}

export async function passTime(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turns(4)
}

/** `room…` has presence and history, `urgent…` presence alone, everything else neither. */
export function createCore(options: CoreOptions = {}): Core {
  const history = { messages: 1000, ageMs: 1e12 }
  const rules = [
    { ...OPEN, match: `${ROOM}*`, history, presence: true },
    { ...OPEN, match: 'urgent*', history: null, presence: true },
    { ...OPEN, match: '*', history, presence: false },
  ]
  return new Core({ rules, ...options })
}

export function client(user?: string, info?: Json): Identity {
  return { kind: 'client', user, info, subscribe: () => true, publish: () => true }
}

export interface Believer extends Peer {
  /** Users that are there, as far as this connection was told; null before its first snapshot. */
  readonly believed: Set<string> | null
}

/** A link that nobody reads: thousands of them would spend the test on JSON. */
export class DeafLink extends FakeLink {
  override write(chunk: Buffer): boolean {
    this.writes.push({ bytes: chunk.length, wasBusy: false })
    return true
  }
}

/** Connects and follows what is told. A join of somebody who is there, or a leave of somebody who is not, fails. */
export function connect(core: Core, identity: Identity, link = new FakeLink()): Believer {
  let believed: Set<string> | null = null
  link.onSent = ({ frame }) => {
    believed = believe(believed, frame)
  }
  const peer = core.connect([ROOM], { identity, link })
  return {
    ...peer,
    get believed() {
      return believed
    },
  }
}

function believe(believed: Set<string> | null, frame: SentFrame): Set<string> | null {
  const { type, user } = frame
  if (type === 'presence' && frame.ref === undefined) return new Set(frame.members!.map(each => each.user))
  if (type === 'join') {
    expect(believed?.has(user!), `${user} joins`).toBe(false)
    believed?.add(user!)
  }
  if (type === 'leave') expect(believed?.delete(user!), `${user} leaves`).toBe(true)
  return believed
}

/** Who the gateway says is there. */
export async function whoIsThere(core: Core): Promise<string[]> {
  const state = await core.context.presence.read(ROOM)
  if ('code' in state) throw new Error(state.message)
  return state.members.map(({ user }) => user)
}
