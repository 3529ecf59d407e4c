// Rules R1, R2, S5 in a real browser: a bare EventSource and a bare WebSocket, PHP publishing, and a gateway that dies.

import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { DEADLINE_MS, poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { startGateway } from '../harness/gateway.ts'
import { publishFromPhp } from '../harness/php.ts'
import { shared } from '../harness/scope.ts'
import { serveBarePage } from './bare-page.ts'

const browser = shared(openBrowser)

const CHANNELS = ['public:orders', 'public:news', 'public:chat']
const PER_CHANNEL = 670

test('[R1][R2] 2,010 messages from PHP, kill -9 in the middle: both transports get each once, in order', async t => {
  const gateway = await startGateway(t)
  const { page } = await openPage(browser())
  await page.goto(await serveBarePage(t, gateway.url, CHANNELS))
  await page.evaluate(() => live.then(() => null))

  const lines = range(1, PER_CHANNEL).map(String)
  const publishers = CHANNELS.map(channel => publishFromPhp(t, gateway.url, channel, lines))
  const acknowledged = () => publishers.flatMap(publisher => publisher.ids)
  const half = (PER_CHANNEL * CHANNELS.length) / 2
  await poll(async () => (acknowledged().length > half ? true : null), 'half of the messages', 60_000)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  for (const { exited } of publishers) expect(await exited).toEqual({ code: 0, stderr: '' })

  const total = PER_CHANNEL * CHANNELS.length
  await page.waitForFunction(
    count => Object.values(received).every(messages => messages.length >= count),
    total,
    { timeout: DEADLINE_MS },
  )
  const both = await page.evaluate(() => received)
  for (const messages of [both.eventsource, both.websocket]) {
    for (const channel of CHANNELS) {
      const numbers = messages.filter(message => message.channel === channel).map(message => message.data)
      expect(numbers).toEqual(range(1, PER_CHANNEL))
    }
    const ids = new Set(messages.map(message => message.id))
    expect(acknowledged().filter(id => !ids.has(id))).toEqual([])
  }
  expect(await page.evaluate(() => gaps)).toBe(0)
  await page.close()
})

test('[S5] an EventSource that an operator disconnected stops for good', async t => {
  const gateway = await startGateway(t)
  const { page } = await openPage(browser())
  await page.goto(await serveBarePage(t, gateway.url, ['public:a']))
  await page.evaluate(() => live.then(() => null))
  const { json } = await gateway.api('GET', '/api/connections?transport=sse')
  expect(json.connections).toHaveLength(1)
  await gateway.api('DELETE', `/api/connections/${json.connections![0]!.id}`)
  // It comes back once with the stop id, is answered 204, and gives up: readyState CLOSED.
  await page.waitForFunction(() => source.readyState === 2, null, { timeout: DEADLINE_MS })
  const after = await gateway.api('GET', '/api/connections?transport=sse')
  expect(after.json.connections).toEqual([])
  await page.close()
})

test('[S5] an EventSource of a drained gateway comes back by itself and misses nothing', async t => {
  const gateway = await startGateway(t, { config: { drain: '500ms' } })
  const { page } = await openPage(browser())
  await page.goto(await serveBarePage(t, gateway.url, ['public:a']))
  await page.evaluate(() => live.then(() => null))
  await gateway.publish('public:a', 1)
  await gateway.kill('SIGTERM')
  await gateway.restart()
  await gateway.publish('public:a', 2)
  await page.waitForFunction(() => Object.values(received).every(messages => messages.length === 2), null, {
    timeout: DEADLINE_MS,
  })
  const numbers = await page.evaluate(() => received.eventsource.map(message => message.data))
  expect(numbers).toEqual([1, 2])
  expect(await page.evaluate(() => gaps)).toBe(0)
  await page.close()
})
