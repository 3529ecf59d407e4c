// Who publishes in a simulated life, and whether each answer was true: what is acknowledged is there, what is refused is
// not, and a key counts once (rules H1, H2). Knows no reader.

import type { Publication, Published } from '../../gateway/core/publication.ts'
import type { PublishOutcome } from '../../gateway/core/publisher.ts'
import type { Failure } from '../../shared/codes.ts'
import { parseCursor } from '../../shared/cursor.ts'
import type { Core } from '../core/core.ts'
import { dataOf, type Item } from './event.ts'
import type { Record } from './record.ts'

const KEY_SCOPE = 'key'
/** A key counts for ten minutes; close to its end nobody can say. */
const KEY_SURE_MS = 9 * 60_000

export class Publishing {
  readonly #record: Record
  readonly #hasHistory: (channel: string) => boolean
  readonly #logTime: () => number
  readonly #items = new Map<number, Item>()
  /** By channel and key: which message has it, and when it got it. */
  readonly #keys = new Map<string, { id: string | undefined; time: number }>()
  readonly #attempts = new Map<number, number>()
  /** How often each message was acknowledged as a new one. */
  readonly #acknowledged = new Map<number, number>()

  constructor(record: Record, hasHistory: (channel: string) => boolean, logTime: () => number) {
    this.#record = record
    this.#hasHistory = hasHistory
    this.#logTime = logTime
  }

  get acknowledged(): number {
    return this.#acknowledged.size
  }

  /** A backend publishes a group; `onWrong` hears of an answer that is not true. */
  publish(core: Core, items: readonly Item[], onWrong: (problem: unknown) => void): void {
    for (const item of items) {
      this.#items.set(item.n, item)
      this.#attempts.set(item.n, (this.#attempts.get(item.n) ?? 0) + 1)
    }
    const time = this.#logTime()
    void core.context.publisher.publish(items.map(toPublication)).then(outcome => {
      try {
        if (!core.log.isCut) this.#check(items, outcome, time)
      } catch (problem) {
        onWrong(problem)
      }
    })
  }

  /** Another process commits. */
  async commit(items: readonly Item[]): Promise<void> {
    for (const item of items) this.#items.set(item.n, item)
    const entries = items.map(item => ({ ...toPublication(item), stored: this.#hasHistory(item.channel) }))
    await this.#record.store.append([entries.filter(({ stored }) => stored)])
  }

  /** A publication that had a key, to be sent again. */
  again(n: number): readonly Item[] {
    const item = this.#items.get(n)
    return item?.key === undefined ? [] : [item]
  }

  /** A client published over its connection: what it was told has to be true as well. */
  checkCommand(
    item: Item,
    answer: { readonly id?: string | undefined; readonly duplicate?: boolean | undefined },
  ): void {
    if (this.#hasHistory(item.channel) !== (answer.id !== undefined))
      throw new Error(`${item.n}: wrong id ${answer.id}`)
    if (answer.id !== undefined && !answer.duplicate) this.#checkStored(item, answer.id)
  }

  /** The log was put back from a copy: keys given since are forgotten with what they were given to. */
  restore(): void {
    this.#keys.clear()
  }

  #check(items: readonly Item[], outcome: PublishOutcome, time: number): void {
    for (const [index, item] of items.entries()) {
      const result: Published | Failure = 'code' in outcome ? outcome : outcome[index]!
      if ('code' in result) this.#checkRefused(item, result)
      else this.#checkPublished(item, result, time)
    }
  }

  #checkRefused(item: Item, { code, message }: Failure): void {
    if (this.#attempts.get(item.n)! > 1) return
    if (code !== 'unavailable') throw new Error(`${item.n} was refused: ${message}`)
    const data = dataOf(item)
    if (this.#record.unstored(item.channel).some(message => message.data === data))
      throw new Error(`${item.n} was refused, and delivered`)
  }

  #checkPublished(item: Item, { id, duplicate }: Published, time: number): void {
    const times = (this.#acknowledged.get(item.n) ?? 0) + (duplicate ? 0 : 1)
    this.#acknowledged.set(item.n, times)
    if (this.#hasHistory(item.channel) !== (id !== undefined)) throw new Error(`${item.n}: wrong id ${id}`)
    if (item.key !== undefined) this.#checkKey(item, { id, duplicate }, time)
    if (id === undefined) this.#checkHandedOver(item, times)
    else if (!duplicate) this.#checkStored(item, id)
  }

  /** Without history there is no id to look at: the message went to live delivery as often as it was new. */
  #checkHandedOver(item: Item, times: number): void {
    const data = dataOf(item)
    const count = this.#record.unstored(item.channel).filter(message => message.data === data).length
    if (count !== times) throw new Error(`${item.n} was new ${times} times, and handed over ${count} times`)
  }

  #checkStored(item: Item, id: string): void {
    const stored = this.#record.at(parseCursor(id)?.seq ?? -1)
    if (stored?.data !== dataOf(item) || stored.channel !== item.channel)
      throw new Error(`${item.n} was acknowledged as ${id}, and is not there`)
  }

  #checkKey(
    { n, channel, key }: Item,
    { id, duplicate }: Pick<Published, 'id' | 'duplicate'>,
    time: number,
  ): void {
    const name = JSON.stringify([channel, key])
    const first = this.#keys.get(name)
    const isKnown = first !== undefined && this.#logTime() - first.time < KEY_SURE_MS
    if (isKnown && !duplicate) throw new Error(`${n}: its key was there, and it was published again`)
    if (isKnown && first.id !== id) throw new Error(`${n}: duplicate of ${first.id}, but told ${id}`)
    if (!duplicate) this.#keys.set(name, { id, time })
  }
}

function toPublication(item: Item): Publication {
  const { channel, sender, ttlMs, key } = item
  const idempotency = key === undefined ? undefined : { scope: KEY_SCOPE, key }
  return { channel, data: dataOf(item), sender, ttlMs, idempotency }
}
