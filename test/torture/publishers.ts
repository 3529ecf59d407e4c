// Publishers of every kind, and those who take messages away again. Each runs until it is stopped, and leaves no message
// behind whose outcome could still be learned. Knows no readers.

import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { call } from '../harness/call.ts'
import type { Frame } from '../harness/frame.ts'
import { API_KEY } from '../harness/gateway.ts'
import { Answers } from './answers.ts'
import { STORED } from './channels.ts'
import type { Courier } from './courier.ts'
import type { Dice } from './dice.ts'
import type { Drafts } from './drafts.ts'
import { type Draft, payloadOf } from './model.ts'
import type { Witnesses } from './witnesses.ts'

export interface Trade {
  readonly dice: Dice
  readonly witnesses: Witnesses
  readonly courier: Courier
  readonly drafts: Drafts
  readonly direct: string
  readonly proxied: string
  readonly isStopped: () => boolean
  /** The longest pause between two requests of one publisher. */
  readonly maxPauseMs: number
}

/** Publishes by HTTP, and now and then repeats an old message under its key. */
export async function publishByHttp(trade: Trade, who: string): Promise<void> {
  const { dice, courier, drafts, isStopped, maxPauseMs } = trade
  let old: Draft | null = null
  while (!isStopped()) {
    const request = drafts.request()
    await courier.deliver(request, who)
    if (old !== null && dice.chance(0.05)) await courier.send([old], who, true)
    if (old === null || dice.chance(0.02)) old = request.find(({ key }) => key !== null) ?? old
    await sleep(dice.below(maxPauseMs))
  }
}

/** Publishes with commands over WebSockets that do not last (rule W3). */
export async function publishByCommands(trade: Trade, who: string): Promise<void> {
  while (!trade.isStopped()) {
    const unanswered = await publishOverOne(trade, who)
    for (const { key, number } of unanswered) if (key === null) trade.witnesses.model.abandon(number)
    const keyed = unanswered.filter(({ key }) => key !== null)
    if (keyed.length > 0) await trade.courier.insist(keyed, who)
    await sleep(trade.dice.between(10, 200))
  }
}

/** One connection, until it ends; returns what was sent on it and not answered. */
async function publishOverOne(trade: Trade, who: string): Promise<Draft[]> {
  const { dice, witnesses, drafts, isStopped, maxPauseMs } = trade
  const { model, verdict } = witnesses
  const url = dice.chance(0.7) ? trade.proxied : trade.direct
  const headers = { Authorization: `Bearer ${API_KEY}` }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers })
  const sent = new Map<number, Draft>()
  const answers = new Answers((rule, text) => verdict.add(rule, who, '-', text))
  socket.on('message', (bytes: Buffer) => {
    const frame: Frame = JSON.parse(bytes.toString('utf8'))
    const ref = answers.take(frame)?.ref
    const draft = ref === undefined ? undefined : sent.get(ref)
    if (!draft) return
    sent.delete(ref!)
    const channel = draft.channels[0]!
    if (frame.type === 'published' && frame.id !== undefined)
      model.acknowledge(draft.number, channel, frame.id, frame.duplicate === true, who)
    else if (frame.code === 'unavailable') model.refuse(draft.number)
    else verdict.add('W3', who, channel, `publishing was answered ${JSON.stringify(frame)}`)
  })
  socket.on('error', () => {
    // Cut, or nobody there: `close` follows.
  })
  const over = new AbortController()
  socket.on('close', () => over.abort())
  const pause = () => sleep(dice.below(4 * maxPauseMs), undefined, { signal: over.signal }).catch(() => {})
  for (await pause(); !over.signal.aborted && !isStopped(); await pause()) {
    if (socket.readyState !== WebSocket.OPEN) continue
    const burst = Array.from({ length: dice.between(1, 15) }, () => drafts.one()).filter(
      ({ ttlMs }) => !ttlMs,
    )
    model.begin(burst)
    for (const draft of burst) {
      sent.set(draft.number, draft)
      answers.expect({ type: 'publish', ref: draft.number })
      const command = {
        type: 'publish',
        ref: draft.number,
        channel: draft.channels[0],
        data: payloadOf(draft),
      }
      socket.send(JSON.stringify({ ...command, ...(draft.key !== null && { key: draft.key }) }))
    }
    if (dice.chance(0.05)) socket.terminate()
  }
  socket.terminate()
  if (socket.readyState !== WebSocket.CLOSED) await new Promise(resolve => socket.once('close', resolve))
  return [...sent.values()]
}

/** Publishes to a channel without history: one after the other and directly, so that their order is known (rule C4). */
export async function publishUnstored(trade: Trade, channel: string, who: string): Promise<void> {
  const { dice, witnesses, direct, isStopped } = trade
  const { unstored } = witnesses.model
  for (let number = 1; !isStopped(); number += 1) {
    unstored.excuse(channel, number)
    const body = { channel, data: { n: number } }
    const answer = await call(`${direct}/api/publish`, 'POST', { key: API_KEY, body }).catch(() => null)
    if (answer?.status === 200) {
      unstored.acknowledge(channel, number)
      if (answer.json.id !== undefined)
        witnesses.verdict.add('C4', who, channel, `message ${number} was given the id ${answer.json.id}`)
    }
    await sleep(dice.between(5, 100))
  }
}

/** Purges channels and deletes messages, now and then. */
export async function takeAway(trade: Trade, who: string): Promise<void> {
  const { dice, isStopped } = trade
  while (!isStopped()) {
    await sleep(dice.between(100, 1500))
    const { name } = dice.pick(STORED)
    if (dice.chance(0.15)) await purge(trade, name, who)
    else await deleteOne(trade, name, who)
  }
}

async function purge({ witnesses, direct }: Trade, channel: string, who: string): Promise<void> {
  const { model, clock, trace } = witnesses
  const end = model.books.get(channel)!.beginPurge(clock())
  trace.tell(who, 'purge', { channel })
  await call(`${direct}/api/channels/${encodeURIComponent(channel)}/messages`, 'DELETE', {
    key: API_KEY,
  }).catch(() => null)
  end(clock())
}

async function deleteOne({ dice, witnesses, direct }: Trade, channel: string, who: string): Promise<void> {
  const { model, clock, trace } = witnesses
  const recent = [...model.books.get(channel)!.between(model.head - 500, model.head)]
  if (recent.length === 0) return
  const known = dice.pick(recent)
  known.isDeleting = true
  trace.tell(who, 'delete', { channel, seq: known.seq })
  const path = `/api/channels/${encodeURIComponent(channel)}/messages/${model.epoch}-${known.seq}`
  const answer = await call(direct + path, 'DELETE', { key: API_KEY }).catch(() => null)
  if (answer?.status === 204) known.deletedAt = clock()
}
