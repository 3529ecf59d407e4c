// Two thousand real connections in the dashboard: listed, filtered, sorted and looked at while messages flow.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { type Scope, shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'

const COUNT = 2000
const ROOMS = 20
const AT_ONCE = 100

const browser = shared(openBrowser)

const userOf = (index: number): string => `user-${String(index).padStart(4, '0')}`

/** Users by turns on a WebSocket and a stream, in one of the rooms. They never answer, so heartbeats must be rare. */
async function openCrowd(scope: Scope, gateway: Gateway): Promise<void> {
  const open = async (index: number): Promise<void> => {
    const token = gateway.jwt({ sub: userOf(index) })
    const isSse = index % 2 === 1
    const upgrade =
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    const socket = connect(gateway.port, '127.0.0.1')
    scope.onTestFinished(() => socket.destroy())
    socket.write(
      `GET /${isSse ? 'sse' : 'ws'}?channels=public:room-${index % ROOMS}&token=${token} HTTP/1.1\r\nHost: 127.0.0.1\r\n${isSse ? '' : upgrade}\r\n`,
    )
    await once(socket, 'data')
    socket.resume()
  }
  for (let first = 0; first < COUNT; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => open(first + index)))
  }
}

/** Publishes to all rooms, five times a second, until the scope ends: 10,000 deliveries a second. */
function keepPublishing(scope: Scope, gateway: Gateway): void {
  const channels = Array.from({ length: ROOMS }, (_, room) => `public:room-${room}`)
  const body = { channels, data: 'x'.repeat(200) }
  const timer = setInterval(() => void gateway.api('POST', '/api/publish', { body }).catch(() => {}), 200)
  scope.onTestFinished(() => clearInterval(timer))
}

const named = (page: Page, user: string) => page.getByRole('row').filter({ hasText: user })

test('[R6] two thousand connections are listed, filtered, sorted and ended while messages flow', async t => {
  const gateway = await startGateway(t, { config: { heartbeat: '5m' } })
  await openCrowd(t, gateway)
  const guest = await openSse(t, gateway.url, {
    token: gateway.jwt({ sub: 'zoe' }),
    channels: 'public:room-0',
  })
  keepPublishing(t, gateway)
  const { page, errors } = await openPage(browser())
  await page.goto(`${gateway.url}/connections`)
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('2,002 connections').waitFor()

  // Only what is in view is in the page.
  expect(await page.getByRole('row').count()).toBeLessThan(120)

  await page.getByLabel('Search connections').fill('USER-1234')
  await page.getByText('1 match among').waitFor()
  await named(page, userOf(1234)).waitFor()
  await page.getByLabel('Search connections').fill('')
  await page.getByLabel('Channel').fill('public:room-7')
  await page.getByLabel('Channel').press('Enter')
  await page.getByLabel('Transport').selectOption('SSE')
  await page.getByText('100 matches among').waitFor()
  expect(page.url()).toMatch(/channel=public%3Aroom-7&transport=sse$/)

  // From the address alone: a link can be sent. Users go by name, and the last stands at the very end.
  await page.goto(`${gateway.url}/connections?sort=user`)
  await named(page, userOf(0)).waitFor()
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
  await named(page, 'zoe').waitFor()
  await page.getByRole('button', { name: 'User', exact: true }).click()
  await named(page, 'zoe').waitFor()
  await page.getByRole('columnheader', { name: 'User' }).and(page.locator('[aria-sort=descending]')).waitFor()

  await page.getByRole('link', { name: 'zoe', exact: true }).click()
  await page.getByRole('heading', { name: 'Identity and grants' }).waitFor()
  await page.getByRole('row').filter({ hasText: 'public:room-0' }).waitFor()
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill('Your shift is over.')
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  expect(await guest.next('goodbye')).toMatchObject({ code: 'kicked', reason: 'Your shift is over.' })
  await page.getByText('Ended', { exact: true }).waitFor()
  await page.getByRole('row').filter({ hasText: 'Your shift is over.' }).waitFor()
  expect(errors.filter(error => !error.includes('status of 404'))).toEqual([])
  await page.close()
})
