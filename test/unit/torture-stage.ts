// A stage for the witnesses of the torture: what is published, and readers that are given frames by hand. Knows no sockets.

import type { Frame } from '../harness/frame.ts'
import { Account } from '../torture/account.ts'
import { type ChannelPlan, PLANS } from '../torture/channels.ts'
import { Model } from '../torture/model.ts'
import { Verdict } from '../torture/verdict.ts'

const EPOCH = 'abcdefgh'
export const id = (seq: number) => `${EPOCH}-${seq}`
const KEEPS = { messages: 3, ageMs: 60_000, bytes: 1000 }
const plan = (name: string, keeps: ChannelPlan['keeps']): ChannelPlan => ({ ...PLANS[0]!, name, keeps })
const FEW = [plan('a', KEEPS), plan('b', { ...KEEPS, messages: 1000 }), plan('none', null)]

/** A model with readers, whose clock stands still unless moved. */
export class Stage {
  now = 1_000_000
  readonly verdict = new Verdict({ tell: () => {}, lastOf: () => [] })
  readonly model = new Model(FEW, this.verdict, () => this.now)
  readonly #accounts: Account[] = []

  constructor() {
    this.model.onLateSight = (channel, seq) => {
      const lanes = this.#accounts.flatMap(account => [...account.lanes])
      for (const lane of lanes.filter(other => other.channel === channel)) lane.checkLate(seq)
    }
  }

  /** Message `seq`, numbered alike, is published; its answer may stay away. */
  begin(channel: string, seq: number, ttlMs: number | null = null): void {
    this.model.begin([{ number: seq, channels: [channel], pad: '', key: null, ttlMs }])
  }

  publish(channel: string, ...seqs: number[]): void {
    for (const seq of seqs) {
      this.begin(channel, seq)
      this.answer(channel, seq)
    }
  }

  answer(channel: string, seq: number, number = seq, isDuplicate = false): void {
    this.model.acknowledge(number, channel, id(seq), isDuplicate, 'publisher')
  }

  /** A reader whose stream of channels begins at a seq. */
  reader(channels: readonly string[], from: number): Account {
    const { model, verdict } = this
    const trace = { tell: () => {}, lastOf: () => [] }
    const account = new Account('reader', { model, verdict, trace, clock: () => this.now })
    this.#accounts.push(account)
    account.connected({ channels })
    account.take({ type: 'welcome' }, null)
    for (const channel of channels) account.take({ type: 'subscribed', channel, cursor: id(from) }, null)
    account.take({ type: 'live', channels: [...channels], cursor: id(from) }, null)
    return account
  }

  get rules(): string[] {
    return this.verdict.violations.map(({ rule }) => rule)
  }
}

export const message = (channel: string, seq: number, number = seq): Frame => ({
  type: 'message',
  channel,
  id: id(seq),
  data: { n: number, k: 0, pad: '' },
})

export function give(account: Account, channel: string, ...seqs: number[]): void {
  for (const seq of seqs) account.take(message(channel, seq), null)
}

export function resume(account: Account, frames: readonly Frame[]): void {
  account.disconnected()
  account.connected(account.resumption()!)
  account.take({ type: 'welcome' }, null)
  for (const frame of frames) account.take(frame, null)
}

export const subscribed = (channel: string, cursor: number, recovered: boolean): Frame => ({
  type: 'subscribed',
  channel,
  cursor: id(cursor),
  recovered,
})
export const gap = (
  channel: string,
  requested: number,
  oldest: number | null,
  reason = 'expired',
): Frame => ({
  type: 'gap',
  channel,
  requested: id(requested),
  oldest: oldest === null ? null : id(oldest),
  reason,
})
export const live = (channel: string, cursor: number): Frame => ({
  type: 'live',
  channels: [channel],
  cursor: id(cursor),
})
