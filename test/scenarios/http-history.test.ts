// §6: history over HTTP, with its bounds, its gap and its long poll. Knows the protocol only.

import { expect, test } from 'vitest'
import { within } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'

const gateway = shared(scope => startGateway(scope))

const pathOf = (channel: string, query = '') =>
  `/api/channels/${encodeURIComponent(channel)}/messages${query}`

async function filled(count: number): Promise<{ channel: string; ids: string[] }> {
  const channel = freshChannel()
  const body = range(1, count).map(data => ({ channel, data }))
  const answer = await gateway().api('POST', '/api/publish', { body })
  return { channel, ids: answer.json.results!.map(result => result.id!) }
}

async function read(channel: string, query = '') {
  const { json } = await gateway().api('GET', pathOf(channel, query))
  return { ...json, data: json.messages!.map(message => message.data) }
}

test('[H1] without bounds: the newest 50, oldest first', async () => {
  const { channel, ids } = await filled(60)
  const page = await read(channel)
  expect(page.data).toEqual(range(11, 60))
  expect(page).toMatchObject({ oldest: ids[0], more: true })
  expect(page.messages![0]).toMatchObject({ channel, id: ids[10], time: expect.any(Number) })
})

test('[H1] bounds are exclusive, and paging either way meets every message once', async () => {
  const { channel, ids } = await filled(25)
  expect((await read(channel, `?since=${ids[4]}&before=${ids[9]}`)).data).toEqual(range(6, 9))
  const forward: unknown[] = []
  let since = ids[0]!
  for (;;) {
    const page = await read(channel, `?since=${since}&limit=7`)
    forward.push(...page.data)
    if (!page.more) break
    since = page.messages!.at(-1)!.id!
  }
  expect(forward).toEqual(range(2, 25))
  const backward: unknown[] = []
  let before = ids[24]!
  for (;;) {
    const page = await read(channel, `?before=${before}&limit=7`)
    backward.unshift(...page.data)
    if (!page.more) break
    before = page.messages![0]!.id!
  }
  expect(backward).toEqual(range(1, 24))
})

test('[C3] a foreign `since` is a gap `reset`, not an error', async () => {
  const { channel, ids } = await filled(3)
  for (const since of ['zzzzzzzz-1', 'rubbish', `${ids[0]!.slice(0, 8)}-99999999`]) {
    const page = await read(channel, `?since=${since}`)
    expect(page.gap).toMatchObject({ reason: 'reset' })
    expect(page.data).toEqual([1, 2, 3])
  }
})

test('[R2] a `since` that was purged is a gap `expired`', async () => {
  const { channel, ids } = await filled(3)
  await gateway().api('DELETE', pathOf(channel))
  const page = await read(channel, `?since=${ids[0]}`)
  expect(page.gap).toMatchObject({ reason: 'expired', oldest: null })
  expect((await read(channel, `?since=${ids[2]}`)).gap).toBeUndefined()
})

test('[H1] a limit of nonsense is 400, and 1000 is the most', async () => {
  const { channel } = await filled(2)
  for (const limit of ['0', '-1', 'ten', '1001']) {
    const answer = await gateway().api('GET', pathOf(channel, `?limit=${limit}`))
    expect(answer.status, limit).toBe(400)
  }
  expect((await read(channel, '?limit=1000')).data).toEqual([1, 2])
})

/** Less than a long poll waits that nothing wakes, which then answers with what came meanwhile. */
const WOKEN_MS = 20_000

test('[S7] `wait` answers as soon as something comes, and empty when nothing does', async () => {
  const { channel, ids } = await filled(1)
  const waiting = gateway().api('GET', pathOf(channel, `?since=${ids[0]}&wait=30`))
  const elsewhere = freshChannel()
  await gateway().publish(elsewhere, 'elsewhere')
  const id = await gateway().publish(channel, 'news')
  const answer = await within(waiting, 'the long poll to be woken', WOKEN_MS)
  expect(answer.json.messages).toMatchObject([{ id, data: 'news' }])
  const begun = Date.now()
  const nothing = await read(channel, `?since=${id}&wait=1`)
  expect(nothing.data).toEqual([])
  expect(Date.now() - begun).toBeGreaterThanOrEqual(950)
})

test('[S7] `wait` answers at once when there is something already', async () => {
  const { channel, ids } = await filled(3)
  const begun = Date.now()
  expect((await read(channel, `?since=${ids[1]}&wait=30`)).data).toEqual([3])
  expect(Date.now() - begun).toBeLessThan(WOKEN_MS)
})

test('[S7] a chain of long polls misses and repeats nothing while 200 messages are published', async () => {
  const { channel, ids } = await filled(1)
  const received: unknown[] = []
  const chain = async () => {
    let since = ids[0]!
    while (received.length < 200) {
      const page = await read(channel, `?since=${since}&wait=30`)
      received.push(...page.data)
      since = page.messages!.at(-1)?.id ?? since
    }
  }
  const reading = chain()
  for (const number of range(1, 200)) await gateway().publish(channel, number)
  await within(reading, () => `200 messages; ${received.length} came`, WOKEN_MS)
  expect(received).toEqual(range(1, 200))
})
