// The dashboard in a real browser, by what an operator reads and presses. Knows roles and labels only.

import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import { openWebSocket } from '../harness/websocket.ts'

const browser = shared(openBrowser)

async function signIn(page: Page, gateway: Gateway, user = 'admin', password = PASSWORD): Promise<void> {
  await page.goto(gateway.url)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

test('[H1] an operator signs in, watches, publishes and disconnects', async t => {
  const gateway = await startGateway(t)
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway)

  // The overview moves by itself: the dashboard's own WebSocket, two guests, then a message.
  const socket = await openWebSocket(t, gateway.url, { channels: 'public:demo' })
  const stream = await openSse(t, gateway.url, { channels: 'public:demo' })
  await page.getByText('1 SSE').waitFor()
  await page.getByText('2 WebSocket').waitFor()

  await open(page, 'Publish')
  await page.getByLabel('Channel').fill('public:demo')
  await page.getByLabel('Data, JSON').fill('{"from": "the dashboard"}')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Sent to 2 subscribers').waitFor()
  for (const subscriber of [socket, stream]) {
    expect(await subscriber.next('message')).toMatchObject({ data: { from: 'the dashboard' } })
  }

  await open(page, 'Connections')
  const row = page.getByRole('row').filter({ hasText: 'SSE' })
  await row.getByRole('button', { name: /Disconnect/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  expect(await stream.next('goodbye')).toMatchObject({ code: 'kicked' })
  await row.waitFor({ state: 'detached' })
  expect(errors).toEqual([])
  await page.close()
})

test('[N2] a wrong password is refused in words, and nothing is shown without signing in', async t => {
  const gateway = await startGateway(t)
  const { page } = await openPage(browser())
  await page.goto(`${gateway.url}/connections`)
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.close()
})

test('[H1] a viewer sees who is there, and finds no button for what only operators may do', async t => {
  const operators = [{ user: 'eve', password: 'the password of a viewer', role: 'viewer' }]
  const gateway = await startGateway(t, { config: { operators } })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway, 'eve', 'the password of a viewer')
  await openWebSocket(t, gateway.url, { channels: 'public:demo' })
  await page.getByText('2 WebSocket').waitFor()
  await open(page, 'Connections')
  await page.getByRole('row').filter({ hasText: 'public:demo' }).waitFor()
  expect(await page.getByRole('button', { name: /Disconnect/ }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'Publish' }).count()).toBe(0)
  await page.goto(`${gateway.url}/publish`)
  await page.getByText('You are signed in as a viewer').waitFor()
  expect(errors).toEqual([])
  await page.close()
})

test('[R5] the dashboard says when its figures are old, and comes back signed in after a restart', async t => {
  const gateway = await startGateway(t)
  const { page } = await openPage(browser())
  await signIn(page, gateway)
  await page.getByText(/^Live/).first().waitFor()
  await gateway.kill('SIGKILL')
  await page
    .getByText(/Reconnecting/)
    .first()
    .waitFor()
  await gateway.restart()
  await page.getByText(/^Live/).first().waitFor()
  await page.close()
})

test('[W4] signing out in one tab ends the session in the other, which asks to sign in', async t => {
  const gateway = await startGateway(t)
  const tabs = await browser().newContext()
  const page = await tabs.newPage()
  await signIn(page, gateway)
  await page.getByText(/^Live/).first().waitFor()
  const other = await tabs.newPage()
  await other.goto(gateway.url)
  await other.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('Your session has ended').waitFor()
  await tabs.close()
})

test('[N1] names of any length leave the figures beside them in sight', async t => {
  const gateway = await startGateway(t)
  const { page } = await openPage(browser())
  await page.setViewportSize({ width: 390, height: 844 })
  const name = `public:${'x'.repeat(190)}`
  await openWebSocket(t, gateway.url, { channels: name })
  await signIn(page, gateway)
  for (const path of ['channels', 'connections', `channel?name=${name}`, `publish?channel=${name}`]) {
    await page.goto(`${gateway.url}/${path}`)
    await page.getByText(/^Live/).first().waitFor()
    if (path === 'channels') {
      const figure = page.getByRole('row').filter({ hasText: name }).getByRole('cell', { name: '1' })
      await figure.waitFor()
      expect((await figure.boundingBox())!.x, path).toBeLessThan(390)
    }
    // As text: the tests are checked without a browser's types.
    const beyondPx = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    expect(beyondPx, path).toBeLessThanOrEqual(0)
  }
  await page.close()
})
