// Carries drafts to the gateway by HTTP, and their outcome to the model: acknowledged, refused, or unknown. What has a key
// is sent again until it is acknowledged. Knows no schedule.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Body, call } from '../harness/call.ts'
import { API_KEY } from '../harness/gateway.ts'
import type { Dice } from './dice.ts'
import { type Draft, payloadOf } from './model.ts'
import type { Witnesses } from './witnesses.ts'

export interface CourierOptions {
  readonly dice: Dice
  readonly witnesses: Witnesses
  readonly direct: string
  readonly proxied: string
  /** The gateway is gone for good: there is nobody left to insist with. */
  readonly isHopeless: () => boolean
}

type Outcome = 'acknowledged' | 'refused' | 'lost'

export class Courier {
  readonly #options: CourierOptions

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /** Sends drafts that were never sent before; resolves when their outcome is known, or will never be. */
  async deliver(drafts: readonly Draft[], who: string): Promise<void> {
    const { dice, witnesses } = this.#options
    witnesses.model.begin(drafts)
    const keyed = drafts.filter(({ key }) => key !== null)
    const isTwice = keyed.length === drafts.length && dice.chance(0.05)
    const outcomes = await Promise.all([this.send(drafts, who), ...(isTwice ? [this.send(drafts, who)] : [])])
    if (outcomes.includes('acknowledged')) {
      if (keyed.length > 0 && dice.chance(0.1)) await this.send(keyed, who, true)
      return
    }
    for (const { key, number } of drafts) {
      if (key !== null) continue
      if (outcomes[0] === 'refused') witnesses.model.refuse(number)
      else witnesses.model.abandon(number)
    }
    if (keyed.length > 0) await this.insist(keyed, who)
  }

  /** Sends keyed drafts until they are acknowledged. */
  async insist(drafts: readonly Draft[], who: string): Promise<void> {
    while (!this.#options.isHopeless()) {
      await sleep(this.#options.dice.between(20, 150))
      if ((await this.send(drafts, who)) === 'acknowledged') return
    }
  }

  /** One request. `isRepeat`: all of it was acknowledged before, and has to be answered so (rule H2). */
  async send(drafts: readonly Draft[], who: string, isRepeat = false): Promise<Outcome> {
    const { dice, direct, proxied, witnesses } = this.#options
    const { trace, verdict } = witnesses
    const url = dice.chance(0.5) ? proxied : direct
    const numbers = drafts.map(({ number }) => number)
    trace.tell(who, 'publish', { numbers, isProxied: url === proxied })
    const answer = await this.#post(url, drafts)
    trace.tell(who, 'answer', { status: answer?.status, text: answer?.text.slice(0, 200) })
    if (!answer) return 'lost'
    if (answer.status === 503) return 'refused'
    if (answer.status !== 200) {
      verdict.add('H1', who, '-', `publishing was answered ${answer.status}: ${answer.text}`)
      return 'refused'
    }
    this.#acknowledge(drafts, answer.json, who, isRepeat)
    return 'acknowledged'
  }

  #post(url: string, drafts: readonly Draft[]): Promise<Answer | null> {
    const items = drafts.map(draft => {
      const { channels, key, ttlMs } = draft
      const to = channels.length === 1 ? { channel: channels[0] } : { channels }
      const more = { ...(key !== null && { key }), ...(ttlMs !== null && { ttl: ttlMs / 1000 }) }
      return { ...to, data: payloadOf(draft), ...more }
    })
    const body = items.length === 1 ? items[0] : items
    const signal = AbortSignal.timeout(this.#options.dice.between(200, 4000))
    // A lost connection, or no answer in time: whether it was stored, nobody knows.
    return call(`${url}/api/publish`, 'POST', { key: API_KEY, body, signal }).catch(() => null)
  }

  #acknowledge(drafts: readonly Draft[], answer: Body, who: string, isRepeat: boolean): void {
    const { model, verdict } = this.#options.witnesses
    const places = drafts.flatMap(({ number, channels }) => channels.map(channel => ({ number, channel })))
    const results = answer.results ?? [answer]
    for (const [index, { number, channel }] of places.entries()) {
      const result = results[index]
      if (result?.channel !== channel || !result.id)
        verdict.add('H1', who, channel, `message ${number} was answered ${JSON.stringify(result)}`)
      else {
        if (isRepeat && !result.duplicate)
          verdict.add('H2', who, channel, `message ${number} was sent again and is no duplicate`)
        model.acknowledge(number, channel, result.id, result.duplicate === true, who)
      }
    }
  }
}
