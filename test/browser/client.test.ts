// Rules R1, R2, R3 through the client in a real browser: 10,000 numbered messages reach every page once and in order, through
// offline times, a sleeping tab, a leading tab that closes, a proxy without WebSockets, and a gateway that dies.

import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { call } from '../harness/call.ts'
import { DEADLINE_MS, poll } from '../harness/deadline.ts'
import { range } from '../harness/frame.ts'
import { API_KEY, type Gateway, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { serveClientPage, startBlockingProxy } from './client-page.ts'
import { startSeverableLink } from './severable-link.ts'

const browser = shared(openBrowser)
const pages = shared(serveClientPage)

const CHANNEL = 'public:numbers'
const COUNT = 10_000
const BATCH = 50
const CONFIG = {
  drain: '500ms',
  channels: [{ match: 'public:*', subscribe: 'anyone', history: { messages: 2 * COUNT, age: '1h' } }],
}

/** Publishes batch after batch under idempotency keys, whatever happens to the gateway; tells how far it is. */
function publishAll(gateway: Gateway, count = COUNT, from = 1) {
  const progress = { published: 0, done: Promise.resolve() }
  const batchFrom = (first: number) =>
    range(first, Math.min(first + BATCH - 1, from + count - 1)).map(data => ({
      channel: CHANNEL,
      data,
      key: String(data),
    }))
  const send = async (body: object) => {
    const answer = await call(`${gateway.url}/api/publish`, 'POST', { key: API_KEY, body }).catch(() => null)
    return answer?.status === 200 ? true : null
  }
  const run = async () => {
    for (let first = from; first < from + count; first += BATCH) {
      await poll(() => send(batchFrom(first)), `the batch from ${first} to be published`)
      progress.published = first - from + BATCH
    }
  }
  progress.done = run()
  return progress
}

async function open(context: BrowserContext, query: Record<string, string>): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${pages().origin}/?${new URLSearchParams({ channel: CHANNEL, ...query })}`)
  await page.evaluate(() => live.then(() => null))
  return page
}

async function untilConnections(gateway: Gateway, count: number): Promise<void> {
  const isSo = async () => {
    const { json } = await gateway.api('GET', '/api/connections')
    return json.connections?.length === count ? true : null
  }
  await poll(isSo, `${count} connections`)
}

async function receivedBy(page: Page, count = COUNT): Promise<void> {
  await page.waitForFunction(all => numbers.length >= all, count, { timeout: 60_000 })
  expect(await page.evaluate(() => numbers)).toEqual(range(1, count))
  expect(await page.evaluate(() => missed)).toEqual([])
}

test('[R1] [R2] 10,000 messages, each once and in order: WebSocket, SSE behind a proxy, tabs that share', async t => {
  const gateway = await startGateway(t, { config: CONFIG })
  const proxy = await startBlockingProxy(t, gateway.port)
  const contexts = await Promise.all(range(1, 3).map(() => browser().newContext()))
  for (const context of contexts) t.onTestFinished(() => context.close())
  const [own, offline, tabs] = contexts as [BrowserContext, BrowserContext, BrowserContext]

  const sleeper = await open(own, { gateway: gateway.url })
  const proxied = await open(own, { gateway: proxy })
  const link = await startSeverableLink(t, gateway.port)
  const traveller = await open(offline, { gateway: link.url })
  const leader = await open(tabs, { gateway: gateway.url, shared: '' })
  const followers = [
    await open(tabs, { gateway: gateway.url, shared: '' }),
    await open(tabs, { gateway: gateway.url, shared: '' }),
  ]
  // One of the three tabs that share has it for all.
  await untilConnections(gateway, 4)
  expect(await proxied.evaluate(() => client.state)).toMatchObject({ name: 'open', transport: 'sse' })

  const publishing = publishAll(gateway)
  const published = (part: number) =>
    poll(async () => (publishing.published >= part * COUNT ? true : null), `${part} of the messages`, 90_000)

  await published(0.1)
  link.setSevered(true)
  await traveller.waitForFunction(() => client.state.name !== 'open', null, { timeout: DEADLINE_MS })
  await offline.setOffline(true)
  const wake = await pages().putToSleep(sleeper)
  await published(0.3)
  await gateway.kill('SIGTERM')
  await gateway.restart()
  await published(0.5)
  expect(await traveller.evaluate(() => client.state.name)).not.toBe('open')
  link.setSevered(false)
  await offline.setOffline(false)
  await wake()
  await leader.close()
  await published(0.7)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  await publishing.done

  for (const page of [sleeper, proxied, traveller, ...followers]) await receivedBy(page)
  await untilConnections(gateway, 4)
})

test('a proxy that lets no WebSocket through is remembered by the next visit', async t => {
  const gateway = await startGateway(t, { config: CONFIG })
  const proxy = await startBlockingProxy(t, gateway.port)
  const context = await browser().newContext()
  t.onTestFinished(() => context.close())
  let sockets = 0
  context.on('page', page => page.on('websocket', () => (sockets += 1)))
  const first = await open(context, { gateway: proxy })
  expect(await first.evaluate(() => client.state)).toMatchObject({ name: 'open', transport: 'sse' })
  expect(sockets).toBe(2)
  await first.close()
  const second = await open(context, { gateway: proxy })
  expect(await second.evaluate(() => client.state)).toMatchObject({ name: 'open', transport: 'sse' })
  expect(sockets).toBe(2)
})

test('[R2] a leading tab that sleeps loses its place, and follows when it wakes', async t => {
  const gateway = await startGateway(t, { config: CONFIG })
  const context = await browser().newContext()
  t.onTestFinished(() => context.close())
  const leader = await open(context, { gateway: gateway.url, shared: '' })
  const follower = await open(context, { gateway: gateway.url, shared: '' })
  await publishAll(gateway, 100).done
  await receivedBy(follower, 100)
  const wake = await pages().putToSleep(leader)
  await publishAll(gateway, 100, 101).done
  expect(await follower.evaluate(() => numbers.length)).toBe(100)
  await follower.evaluate(() => comeOnline())
  await receivedBy(follower, 200)
  await wake()
  await publishAll(gateway, 100, 201).done
  for (const page of [leader, follower]) await receivedBy(page, 300)
  await untilConnections(gateway, 1)
})

test('[W3] [S7] in a worker, by either transport: subscribe, publish, receive', async t => {
  const channels = [{ match: '*', subscribe: 'anyone', publish: 'subscribers' }]
  const gateway = await startGateway(t, { config: { channels } })
  const context = await browser().newContext()
  t.onTestFinished(() => context.close())
  const page = await open(context, { gateway: gateway.url })
  for (const transport of ['websocket', 'sse']) {
    const source = `
      import { connect } from '${pages().origin}/connect.js'
      const client = connect('${gateway.url}', { transport: '${transport}' })
      const channel = client.subscribe('w:${transport}', {}, message => postMessage(message.data))
      channel.on('live', () => channel.publish('from a worker'))`
    const answer = await page.evaluate(text => answerOfWorker(text), source)
    expect(answer).toBe('from a worker')
  }
})

test('[R2] a reload goes on where the page was; a tab that comes later is given its history and then what comes', async t => {
  const gateway = await startGateway(t, { config: CONFIG })
  const context = await browser().newContext()
  t.onTestFinished(() => context.close())
  const page = await open(context, { gateway: gateway.url, keep: '' })
  await publishAll(gateway, 100).done
  await receivedBy(page, 100)
  const address = page.url()
  await page.goto('about:blank')
  await publishAll(gateway, 100, 101).done
  await page.goto(address)
  await page.waitForFunction(() => numbers.length >= 100, null, { timeout: DEADLINE_MS })
  expect(await page.evaluate(() => numbers)).toEqual(range(101, 200))

  await open(context, { gateway: gateway.url, shared: '' })
  const late = await open(context, { gateway: gateway.url, shared: '', history: '200' })
  await publishAll(gateway, 50, 201).done
  await receivedBy(late, 250)
})
