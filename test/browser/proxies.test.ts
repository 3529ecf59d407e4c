// A real browser behind nginx as docs/proxies.md configures it: https, HTTP/2, more streams than HTTP/1.1 would open.

import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { openBrowser } from '../harness/browser.ts'
import { poll } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { startFront } from '../harness/front.ts'
import { adapt, blockOf } from '../harness/front-config.ts'
import { startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'

const browser = shared(openBrowser)
const STREAMS = 8

/** In the page: opens the streams and a WebSocket, and collects what each receives. */
function listen([count, address]: [number, string]): void {
  const received: number[][] = []
  const state = { received, live: 0 }
  const collect = (): ((text: string) => void) => {
    const own: number[] = []
    received.push(own)
    return text => void own.push(JSON.parse(text).data)
  }
  for (let index = 0; index < count; index++) {
    const stream = new EventSource('/realtime/sse?channels=public:tabs')
    const put = collect()
    stream.onmessage = event => put(event.data)
    stream.addEventListener('live', () => state.live++)
  }
  const socket = new WebSocket(`${address}/ws?channels=public:tabs`)
  const put = collect()
  socket.onmessage = ({ data }) => {
    if (JSON.parse(data).type === 'message') put(data)
    if (JSON.parse(data).type === 'live') state.live++
  }
  Object.assign(globalThis, { state })
}

test('[S3] [S5] [R5] eight plain streams and a WebSocket in one page, over a restart of the gateway', async t => {
  const [httpsPort, httpPort] = [await freePort(), await freePort()]
  const told = adapt(blockOf('twinwire'), { 'https://example.org/': `https://localhost:${httpsPort}/` })
  const gateway = await startGateway(t, { config: { ...parse(told), drain: '200ms' } })
  const front = await startFront(t, 'nginx', { httpsPort, httpPort, gatewayPort: gateway.port })
  const page = await browser().newPage({ ignoreHTTPSErrors: true })
  await page.goto(`${front.secureUrl}/healthz`)
  const navigation = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
  expect(await page.evaluate(navigation)).toBe('h2')
  await page.evaluate(listen, [STREAMS, front.secureUrl.replace('http', 'ws')] as [number, string])
  await page.waitForFunction(`state.live === ${STREAMS + 1}`)
  await gateway.publish('public:tabs', 1)
  await page.waitForFunction('state.received.every(own => own.length === 1)')

  await gateway.kill('SIGTERM')
  // A stream that was told to come back by nginx, in the gateway's stead: so few bytes.
  const cameBack = async () => /sse" 200 \d\d$/m.exec(await front.accessLog())
  await poll(cameBack, 'a stream that came back while the gateway was away')
  await gateway.restart()
  await page.waitForFunction(`state.live === ${2 * STREAMS + 1}`)
  await gateway.publish('public:tabs', 2)
  const streams = `state.received.slice(0, ${STREAMS})`
  await page.waitForFunction(`${streams}.every(own => own.length === 2)`)
  const received = await page.evaluate('state.received')
  // A bare WebSocket does not come back by itself.
  expect(received).toEqual([...Array<number[]>(STREAMS).fill([1, 2]), [1]])
  await page.close()
})
