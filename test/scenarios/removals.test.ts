// Rule N4: a ttl that ran out and a single deleted message leave no gap; whoever is connected hears of a delete.

import { describe, expect, test } from 'vitest'
import { poll } from '../harness/deadline.ts'
import { dataOf } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { shared } from '../harness/scope.ts'
import { transports } from '../harness/transports.ts'

const gateway = shared(scope => startGateway(scope))

const pathOf = (channel: string) => `/api/channels/${encodeURIComponent(channel)}/messages`

describe.each(transports)('removals over $name', ({ open }) => {
  test('[N4] a message past its ttl is not replayed, and that is no gap', async t => {
    const channel = freshChannel()
    const since = await gateway().publish(channel, 1)
    // Whoever is there is given it at once: a slow machine would not have replayed it in its second.
    const live = await open(t, gateway().url, { channels: channel, since })
    await live.next('live')
    await gateway().publish(channel, 'short', { ttl: 1 })
    await gateway().publish(channel, 'long', { ttl: 3600 })
    await live.next({ data: 'long' })
    expect(dataOf(live.frames)).toEqual(['short', 'long'])
    const expired = async () => {
      const { json } = await gateway().api('GET', pathOf(channel))
      return json.messages!.length === 2 ? true : null
    }
    await poll(expired, 'the short message to expire', 20_000)
    const later = await open(t, gateway().url, { channels: channel, since })
    await later.next('live')
    expect(dataOf(later.frames)).toEqual(['long'])
    expect(later.frames.some(frame => frame.type === 'gap')).toBe(false)
    expect(later.frames[1]).toMatchObject({ type: 'subscribed', recovered: true })
  })

  test('[N4] a deleted message: `deleted` to whoever is there, no gap for whoever comes', async t => {
    const channel = freshChannel()
    const since = await gateway().publish(channel, 1)
    const id = await gateway().publish(channel, 2)
    await gateway().publish(channel, 3)
    const live = await open(t, gateway().url, { channels: channel, since })
    await live.next('live')
    expect((await gateway().api('DELETE', `${pathOf(channel)}/${id}`)).status).toBe(204)
    expect(await live.next('deleted')).toMatchObject({ channel, id })
    const later = await open(t, gateway().url, { channels: channel, since })
    await later.next('live')
    expect(dataOf(later.frames)).toEqual([3])
    expect(later.frames.some(frame => frame.type === 'gap')).toBe(false)
    const exact = await open(t, gateway().url, { channels: channel, since: id })
    await exact.next('live')
    expect(dataOf(exact.frames)).toEqual([3])
  })

  test('[N4] a purge leaves a connection that is up to date alone', async t => {
    const channel = freshChannel()
    const live = await open(t, gateway().url, { channels: channel })
    await live.next('live')
    await gateway().publish(channel, 1)
    await live.next({ data: 1 })
    await gateway().api('DELETE', pathOf(channel))
    await gateway().publish(channel, 2)
    await live.next({ data: 2 })
    expect(dataOf(live.frames)).toEqual([1, 2])
  })
})

test('[N4] deleting what is not there is 404', async () => {
  const channel = freshChannel()
  const id = await gateway().publish(channel, 1)
  expect((await gateway().api('DELETE', `${pathOf(channel)}/${id}`)).status).toBe(204)
  expect((await gateway().api('DELETE', `${pathOf(channel)}/${id}`)).status).toBe(404)
  expect((await gateway().api('DELETE', `${pathOf(channel)}/zzzzzzzz-1`)).status).toBe(404)
})
