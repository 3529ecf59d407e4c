// Rule H1 on a full disk: 503, nothing delivered, nothing stored; it recovers by itself, and the rest goes on meanwhile.

import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { openSse } from '../harness/sse.ts'
import { fill, mountSmallDisk } from '../harness/storage.ts'
import { openWebSocket } from '../harness/websocket.ts'

const isRoot = process.getuid!() === 0

// Mounting needs root, which the continuous integration has.
test.runIf(isRoot)(
  '[H1] full disk: 503 with Retry-After, nothing delivered, and it recovers by itself',
  async t => {
    const dataDir = await mountSmallDisk(t)
    const gateway = await startGateway(t, {
      dataDir,
      config: {
        channels: [
          { match: 'live:*', subscribe: 'anyone', publish: 'nobody', history: false },
          { match: '*', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '1h' } },
        ],
      },
    })
    const channels = ['public:a', 'live:a']
    const subscribers = [
      await openWebSocket(t, gateway.url, { channels }),
      await openSse(t, gateway.url, { channels }),
    ]
    await gateway.publish('public:a', 'before')
    for (const subscriber of subscribers) await subscriber.next({ data: 'before' })

    const ballast = await fill(dataDir)
    const pad = 'x'.repeat(60_000)
    const refused = async () => {
      const body = [
        { channel: 'public:a', data: pad },
        { channel: 'public:a', data: 'second of a batch' },
      ]
      const answer = await gateway.api('POST', '/api/publish', { body })
      return answer.status === 200 ? null : answer
    }
    const answer = await poll(refused, 'a publish to be refused')
    expect(answer.status).toBe(503)
    expect(answer.json).toMatchObject({ code: 'unavailable' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const ready = await gateway.api('GET', '/readyz')
    expect(ready.status).toBe(503)
    expect((await gateway.api('GET', '/healthz')).status).toBe(200)

    // Channels without history do not need the log (rule C4), and what is stored can be read.
    expect(
      (await gateway.api('POST', '/api/publish', { body: { channel: 'live:a', data: 'live' } })).status,
    ).toBe(200)
    for (const subscriber of subscribers) await subscriber.next({ data: 'live' })
    const stored = (await gateway.api('GET', '/api/channels/public%3Aa/messages')).json.messages!
    const delivered = dataOf(subscribers[0]!.frames, 'public:a')
    expect(delivered).toEqual(stored.map(message => message.data))

    await rm(ballast)
    const works = async () => {
      const again = await gateway.api('GET', '/readyz')
      return again.status === 200 ? true : null
    }
    await poll(works, 'the gateway to be ready again')
    const id = await gateway.publish('public:a', 'after')
    for (const subscriber of subscribers) {
      await subscriber.next({ id })
      expect(dataOf(subscriber.frames, 'public:a')).toEqual([...delivered, 'after'])
    }
  },
  60_000,
)
