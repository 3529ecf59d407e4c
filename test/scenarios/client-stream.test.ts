// Rule R2 through the client's event stream against a real gateway: channels that come later, each from a place of its own,
// while messages flow and the gateway is killed.

import { expect, test } from 'vitest'
import { connect } from '../../clients/js/connect.ts'
import { poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { publishNumbers } from '../harness/traffic.ts'

const COUNT = 300

test('[R2] SSE: channels added to a running stream, by history or cursor, are given everything once', async t => {
  const gateway = await startGateway(t)
  const channels = [freshChannel(), freshChannel(), freshChannel()] as const
  const [first, byCursor, byHistory] = channels
  const received = new Map(channels.map(channel => [channel, [] as unknown[]]))
  const take = ({ channel, data }: { channel: string; data: unknown }) => received.get(channel)!.push(data)
  const client = connect(gateway.url, { transport: 'sse', backoff: { firstMs: 100, capMs: 300 } })
  t.onTestFinished(() => client.close())
  const gaps: unknown[] = []
  client.on('gap', gap => gaps.push(gap))
  const live = new Promise(resolve => client.on('live', resolve))
  client.subscribe(first, {}, take)
  await live

  const traffic = publishNumbers(() => gateway.url, channels, COUNT)
  await traffic.reached(COUNT / 2)
  const firstByCursor = async () =>
    traffic.acknowledged.find(each => each.channel === byCursor && each.number === 1) ?? null
  const since = (await poll(firstByCursor, 'the first message by cursor')).id
  client.subscribe(byCursor, { since }, take)
  client.subscribe(byHistory, { history: 1000 }, take)
  await traffic.reached(COUNT)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  await traffic.done

  await poll(
    async () => ([...received.values()].flat().length >= 3 * COUNT - 1 ? true : null),
    'everything to arrive',
  )
  expect(received.get(first)).toEqual(range(1, COUNT))
  expect(received.get(byCursor)).toEqual(range(2, COUNT))
  expect(received.get(byHistory)).toEqual(range(1, COUNT))
  expect(gaps).toEqual([])
})
