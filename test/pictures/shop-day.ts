// A lively gateway for pictures: a shop with customers, prices, orders and a chat, and the little troubles of a day.

import type { Gateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import type { ConnectOptions } from '../harness/subscriber.ts'
import { openWebSocket } from '../harness/websocket.ts'

export const SHOP_CONFIG = {
  // So that customers have addresses of their own.
  trustProxy: true,
  channels: [
    {
      match: 'chat:*',
      subscribe: 'user',
      publish: 'subscribers',
      history: { messages: 500 },
      presence: true,
    },
    { match: 'orders:*', subscribe: 'granted', publish: 'nobody', history: { messages: 200, age: '7d' } },
    { match: 'prices:*', subscribe: 'anyone', publish: 'nobody', history: { messages: 1000, age: '24h' } },
  ],
  operators: [{ user: 'eve', password: 'the password of a viewer', role: 'viewer' }],
}

const NAMES = ['ann', 'bob', 'carla', 'deniz', 'emil', 'fatima', 'gus', 'hana', 'ivo', 'june', 'kofi', 'lena']
const GOODS = ['copper-wire', 'slate-tile', 'brass-hinge', 'oak-board', 'glass-pane', 'steel-bolt']
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
]

const WEBSOCKETS = 120
const STREAMS = 45
const TICK_MS = 120
/** In so many ticks, about, somebody leaves and comes back; in so many exactly somebody is turned away. */
const RECONNECT_EVERY = 25
/** In so many, at the quietest, somebody looks in who stays up to a minute. */
const STROLL_EVERY = 12
const STROLL_MS = 60_000
const REFUSE_EVERY = 60

/** Where somebody seems to come from, and with what. */
const headersOf = (index: number): Record<string, string> => ({
  'user-agent': AGENTS[index % AGENTS.length]!,
  'x-forwarded-for': `192.0.2.${1 + (index % 250)}`,
})

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!

/** Opens for business; returns the closing time. */
export async function openShop(scope: Scope, gateway: Gateway): Promise<() => void> {
  for (let index = 0; index < WEBSOCKETS; index += 1) await addCustomer(scope, gateway, index)
  for (let index = 0; index < STREAMS; index += 1) {
    const channels = `prices:${GOODS[index % GOODS.length]}`
    await openSse(scope, gateway.url, { channels, headers: headersOf(200 + index) })
  }
  let tick = 0
  const timer = setInterval(() => {
    tick += 1
    // The gateway may be stopped for a picture of that.
    void work(scope, gateway, tick).catch(() => {})
  }, TICK_MS)
  return () => clearInterval(timer)
}

async function work(scope: Scope, gateway: Gateway, tick: number): Promise<void> {
  // Waves on waves, so that the charts have something to show.
  const messages =
    2 + Math.round(4 * (1 + Math.sin(tick / 400)) * (1.3 + 0.3 * Math.sin(tick / 61) + 0.3 * Math.random()))
  const publishing = Array.from({ length: messages }, () => publishPrice(gateway))
  if (tick % 3 === 0) publishing.push(publishOrder(gateway), publishChat(gateway))
  await Promise.all(publishing)
  if (Math.random() < (1 + Math.sin(tick / 250)) / STROLL_EVERY) await stroll(scope, gateway, tick)
  if (Math.random() < 1 / RECONNECT_EVERY) await comeBack(scope, gateway, tick)
  if (tick % REFUSE_EVERY === 0) await lookIn(scope, gateway, { channels: 'orders:4711' }, 'failure')
}

async function addCustomer(scope: Scope, gateway: Gateway, index: number) {
  const user = `${NAMES[index % NAMES.length]}${index < NAMES.length ? '' : index}`
  const token = gateway.jwt({ sub: user, info: { name: user }, subscribe: [`orders:${1000 + index}`] })
  const channels = `chat:lobby,prices:${GOODS[index % GOODS.length]},orders:${1000 + index}`
  return openWebSocket(scope, gateway.url, { channels, token, headers: headersOf(index) })
}

async function stroll(scope: Scope, gateway: Gateway, tick: number): Promise<void> {
  const visitor = await openSse(scope, gateway.url, {
    channels: `prices:${pick(GOODS)}`,
    headers: headersOf(tick),
  })
  setTimeout(() => visitor.cut(), STROLL_MS * Math.random()).unref()
}

/** Connects, hears one thing, and goes. */
async function lookIn(scope: Scope, gateway: Gateway, options: ConnectOptions, hears: string): Promise<void> {
  const visitor = await openWebSocket(scope, gateway.url, { ...options, headers: headersOf(7) })
  await visitor.next(hears)
  visitor.cut()
}

async function comeBack(scope: Scope, gateway: Gateway, tick: number): Promise<void> {
  const customer = await addCustomer(scope, gateway, WEBSOCKETS + (tick % 40))
  await customer.next('live')
  customer.cut()
  const again = await customer.resume()
  await again.next('live')
  again.cut()
}

function publishPrice(gateway: Gateway): Promise<string> {
  const good = pick(GOODS)
  const cents = 500 + Math.round(Math.random() * 4000)
  return gateway.publish(`prices:${good}`, { good, cents, currency: 'EUR' }, { event: 'price' })
}

function publishOrder(gateway: Gateway): Promise<string> {
  const order = 1000 + Math.floor(Math.random() * WEBSOCKETS)
  const state = pick(['paid', 'packed', 'shipped'])
  return gateway.publish(
    `orders:${order}`,
    { order, state, by: { shop: 7, clerk: pick(NAMES) } },
    { event: state },
  )
}

function publishChat(gateway: Gateway): Promise<string> {
  const text = pick([
    'Is it still there?',
    'Shipped today!',
    'Thank you.',
    'Which size is it?',
    'Back in stock.',
  ])
  return gateway.publish('chat:lobby', { from: pick(NAMES), text })
}
