// Tabs that share a connection, without the tabs: one leads, others listen, and each is given every message once. The
// leader's client and the tabs' HTTP are played by the test.

import { expect, test } from 'vitest'
import { Calls, Listeners, type Twinwire, TwinwireError } from '../../clients/js/connect.ts'
import { Leader } from '../../clients/js/shared-leader.ts'
import type { Note } from '../../clients/js/shared-note.ts'
import { Seats } from '../../clients/js/shared-seats.ts'
import type { Received, SubscribeOptions } from '../../clients/js/subscription.ts'
import { createQueue } from './client-scripted-gateway.ts'

const received = (seq: number): Received => ({
  type: 'message',
  channel: 'a',
  id: `e-${seq}`,
  time: 0,
  data: seq,
  replayed: false,
})

/** A tab whose HTTP reads wait until the test answers them. */
function createTab(options: SubscribeOptions = {}) {
  const given: unknown[] = []
  const gaps: string[] = []
  const wants: (string | undefined)[] = []
  const reads = createQueue<{
    since: string | undefined
    answer(seqs: number[]): void
    fail(error: Error): void
  }>()
  const listeners = new Listeners()
  listeners.add('gap', gap => gaps.push(`${gap.channel} ${gap.requested}`))
  const calls = new Calls(call => {
    const { since } = call as { since?: string }
    return new Promise((resolve, reject) => {
      reads.push({
        since,
        answer: seqs => resolve({ messages: seqs.map(received), oldest: null, more: false }),
        fail: reject,
      })
    })
  })
  const seats = new Seats({ listeners, calls, want: (_, since) => wants.push(since) })
  const leave = seats.add('a', options, message => given.push(message.data))
  return {
    seats,
    given,
    gaps,
    wants,
    reads,
    leave,
    at: (cursor: string) => seats.at({ kind: 'at', channel: 'a', cursor, hasPresence: false }),
    say: (seq: number, after: string) => seats.message({ kind: 'message', message: received(seq), after }),
  }
}

/** What was started by an answer has run. */
const settled = () => new Promise(resolve => setImmediate(resolve))

test('[R2] a tab that begins now follows from where the leader is', () => {
  const tab = createTab()
  tab.say(1, 'e-0')
  tab.at('e-1')
  tab.say(2, 'e-1')
  tab.say(3, 'e-2')
  expect(tab.given).toEqual([2, 3])
  expect(tab.wants).toEqual([undefined])
})

test('[R2] a tab that begins elsewhere reads its past, holds what comes, and is given nothing twice', async () => {
  const tab = createTab({ since: 'e-1' })
  tab.at('e-5')
  const read = await tab.reads.next()
  expect(read.since).toBe('e-1')
  tab.say(6, 'e-5')
  tab.say(7, 'e-6')
  read.answer([2, 5, 6])
  await settled()
  expect(tab.given).toEqual([2, 5, 6, 7])
  tab.say(8, 'e-7')
  expect(tab.given).toEqual([2, 5, 6, 7, 8])
})

test('[R2] another tab leads: who stands where it begins goes on, who does not reads', async () => {
  const tab = createTab()
  tab.at('e-1')
  tab.say(2, 'e-1')
  tab.seats.begin()
  expect(tab.wants).toEqual([undefined, 'e-2'])
  tab.say(3, 'e-2')
  expect(tab.given).toEqual([2, 3])
  // The next one begins further back: what it replays has been given, and cannot be told from what has not.
  tab.seats.begin()
  tab.say(2, 'e-1')
  tab.say(3, 'e-2')
  tab.say(4, 'e-3')
  expect(tab.given).toEqual([2, 3])
  tab.at('e-4')
  const read = await tab.reads.next()
  expect(read.since).toBe('e-3')
  read.answer([4])
  await settled()
  tab.say(5, 'e-4')
  expect(tab.given).toEqual([2, 3, 4, 5])
})

test('[R2] a change of leader while the past is read begins the reading again', async () => {
  const tab = createTab({ since: 'e-1' })
  tab.at('e-5')
  const stale = await tab.reads.next()
  tab.seats.begin()
  tab.say(2, 'e-1')
  stale.answer([2, 3])
  await settled()
  expect(tab.given).toEqual([])
  tab.at('e-5')
  const read = await tab.reads.next()
  read.answer([2, 3, 5])
  await settled()
  expect(tab.given).toEqual([2, 3, 5])
})

test('[R3] a past that may not be read is a gap, and what comes then is given', async () => {
  const tab = createTab({ since: 'e-1' })
  tab.at('e-5')
  const read = await tab.reads.next()
  tab.say(6, 'e-5')
  read.fail(new TwinwireError('forbidden', 'The rule "x" refuses.'))
  await settled()
  expect(tab.gaps).toEqual(['a e-1'])
  expect(tab.given).toEqual([6])
})

test('a seat that was given up is given nothing, and its place can be taken again', async () => {
  const tab = createTab({ since: 'e-1' })
  tab.at('e-5')
  const read = await tab.reads.next()
  expect(tab.leave()).toBe(true)
  expect(tab.leave()).toBe(false)
  read.answer([2, 3])
  await settled()
  expect(tab.given).toEqual([])
  expect(() => tab.seats.add('a', {}, () => {})).not.toThrow()
  expect(() => tab.seats.add('a', {}, () => {})).toThrow('Already subscribed')
})

/** The leader's client, as far as a leader needs one. */
function lead() {
  const listeners = new Listeners()
  const asked: string[] = []
  const notes: Note[] = []
  const client = {
    state: { name: 'open' },
    on: listeners.add.bind(listeners),
    subscribe: (channel: string, { since }: SubscribeOptions) => {
      asked.push(`${channel} ${since}`)
      return { unsubscribe: () => asked.push(`no ${channel}`) }
    },
    close: () => asked.push('close'),
  }
  const leader = new Leader(client as unknown as Twinwire, note => notes.push(note))
  const want = (tab: string, since?: string) => leader.hear({ kind: 'want', tab, channel: 'a', since })
  return { leader, listeners, asked, notes, want }
}

test('a leader subscribes once for all tabs, and gives up what none wants any more', () => {
  const { leader, asked, want } = lead()
  const tabs: string[] = []
  leader.onTab = tab => tabs.push(tab)
  want('one', 'e-1')
  want('two')
  want('two')
  expect(asked).toEqual(['a e-1'])
  expect(tabs).toEqual(['one', 'two'])
  leader.hear({ kind: 'drop', tab: 'one', channel: 'a' })
  expect(asked).toEqual(['a e-1'])
  leader.forget('two')
  expect(asked).toEqual(['a e-1', 'no a'])
})

test('a leader says where a channel stands once it is live there, and what each message follows on', () => {
  const { listeners, notes, want } = lead()
  want('one')
  listeners.emit('subscribed', { type: 'subscribed', channel: 'a', cursor: 'e-1', presence: true })
  want('two')
  listeners.emit('message', received(2))
  expect(notes).toEqual([{ kind: 'message', message: received(2), after: 'e-1' }])
  listeners.emit('live', { channel: 'a' })
  expect(notes[1]).toEqual({ kind: 'at', channel: 'a', cursor: 'e-2', hasPresence: true })
  want('three')
  expect(notes).toHaveLength(3)
  // On the next connection nothing is said before it is live again.
  listeners.emit('state', { name: 'connecting', attempt: 0 })
  want('four')
  expect(notes.filter(note => note.kind === 'at')).toHaveLength(2)
})
