// Rules H1, C4 and R6 while the storage fails in every way that can be made here: 503, nothing delivered, everybody
// stays connected, and it goes on by itself when the fault ends, also when nobody publishes.

import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf } from '../harness/frame.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import {
  failWrites,
  freezeFiles,
  lockDatabase,
  type Mend,
  moveFolder,
  pullAway,
  putInPlaceOf,
} from '../harness/storage.ts'
import { openWebSocket } from '../harness/websocket.ts'

const CHANNELS = ['public:a', 'live:a']
const RULES = [
  { match: 'live:*', subscribe: 'anyone', publish: 'nobody', history: false },
  { match: '*', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '1h' } },
]

interface Fault {
  name: string
  inflict: (scope: Scope, gateway: Gateway) => Promise<Mend>
  /** What the operators read. */
  says: RegExp
  /** Noticed without a publish that fails. */
  isWatched?: boolean
  needsRoot?: boolean
}

const FAULTS: Fault[] = [
  { name: 'writes fail (I/O error)', inflict: failWrites, says: /cannot be written \(disk I\/O error/ },
  {
    name: 'another process locks the database',
    inflict: lockDatabase,
    says: /locked: another program holds it/,
  },
  { name: 'the files turn read-only', inflict: freezeFiles, says: /cannot be written/, needsRoot: true },
  {
    name: 'the database is moved away',
    inflict: pullAway('log.db'),
    says: /log\.db was moved or deleted/,
    isWatched: true,
  },
  {
    name: 'the write-ahead log is moved away',
    inflict: pullAway('log.db-wal'),
    says: /log\.db-wal was moved or deleted/,
    isWatched: true,
  },
  {
    name: 'the lock is moved away',
    inflict: pullAway('log.lock'),
    says: /log\.lock was moved or deleted/,
    isWatched: true,
  },
  {
    name: 'another file stands in place of the database',
    inflict: putInPlaceOf('log.db'),
    says: /Another file was put in place/,
    isWatched: true,
  },
  {
    name: 'the whole folder is moved away',
    inflict: moveFolder,
    says: /was moved or deleted/,
    isWatched: true,
  },
]

async function hasState(gateway: Gateway, status: number): Promise<true | null> {
  return (await gateway.api('GET', '/readyz')).status === status ? true : null
}

async function statsOf(gateway: Gateway): Promise<{ state: string; fault?: { message: string } }> {
  const { status, text } = await gateway.api('GET', '/api/stats')
  expect(status).toBe(200)
  return JSON.parse(text)
}

async function expectRefused(gateway: Gateway): Promise<void> {
  const body = [
    { channel: 'public:a', data: 'lost' },
    { channel: 'public:a', data: 'lost too' },
  ]
  const answer = await gateway.api('POST', '/api/publish', { body })
  expect([answer.status, answer.json.code]).toEqual([503, 'unavailable'])
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
}

const running = shared(scope => startGateway(scope, { config: { channels: RULES } }))
const acknowledged: string[] = []

const isRoot = process.getuid!() === 0

// The continuous integration is root, and skips none.
test.for(FAULTS.filter(({ needsRoot }) => isRoot || !needsRoot))(
  '[H1] $name: 503, nothing delivered, and it recovers by itself',
  async (fault, t) => {
    const gateway = running()
    const subscribers = [
      await openWebSocket(t, gateway.url, { channels: CHANNELS }),
      await openSse(t, gateway.url, { channels: CHANNELS }),
    ]
    const first = await gateway.publish('public:a', `before: ${fault.name}`)
    for (const subscriber of subscribers) await subscriber.next({ id: first })

    const mend = await fault.inflict(t, gateway)
    if (fault.isWatched) await poll(() => hasState(gateway, 503), 'the fault to be noticed')
    await expectRefused(gateway)
    expect(await hasState(gateway, 503)).toBe(true)
    expect((await gateway.api('GET', '/healthz')).status).toBe(200)
    expect(await statsOf(gateway)).toMatchObject({
      state: 'unavailable',
      fault: { message: expect.stringMatching(fault.says) },
    })
    const purge = await gateway.api('DELETE', '/api/channels/public%3Aa/messages')
    expect([purge.status, purge.json.code]).toEqual([503, 'unavailable'])
    // Channels without history do not need the log (rule C4), and what is stored can be read.
    const live = await gateway.api('POST', '/api/publish', { body: { channel: 'live:a', data: 'live' } })
    expect(live.status).toBe(200)
    for (const subscriber of subscribers) await subscriber.next({ data: 'live' })
    const stored = (await gateway.api('GET', '/api/channels/public%3Aa/messages')).json.messages!
    expect(stored.map(message => message.id)).toEqual([...acknowledged, first])

    await mend()
    await poll(() => hasState(gateway, 200), 'the gateway to be ready again')
    expect(await statsOf(gateway)).not.toHaveProperty('fault')
    const id = await gateway.publish('public:a', 'after')
    for (const subscriber of subscribers) {
      await subscriber.next({ id })
      expect(dataOf(subscriber.frames, 'public:a')).toEqual([`before: ${fault.name}`, 'after'])
    }
    acknowledged.push(first, id)
  },
)

test('[R1] after all these faults and a kill -9, what was acknowledged is there, and nothing else', async () => {
  const gateway = running()
  await gateway.kill('SIGKILL')
  await gateway.restart()
  const kept = (await gateway.api('GET', '/api/channels/public%3Aa/messages')).json.messages!
  expect(kept.map(message => message.id)).toEqual(acknowledged)
})
