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

/** When the gateway's charts have points. */
async function pointTimes(gateway: Gateway): Promise<number[]> {
  const answer = await gateway.api('GET', '/api/figures')
  return (answer.json as unknown as { time: number[] }).time
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
  await expect.poll(async () => (await pointTimes(gateway)).length).toBeGreaterThan(0)
  const killedAt = Date.now()
  await gateway.kill('SIGKILL')
  await page
    .getByText(/Reconnecting/)
    .first()
    .waitFor()
  await gateway.restart()
  await page.getByText(/^Live/).first().waitFor()
  // The charts hold both lives of the gateway, and the time between them as a hole.
  const pausesMs = async () => {
    const times = await pointTimes(gateway)
    return times.slice(1).map((time, index) => time - times[index]!)
  }
  await expect.poll(async () => Math.max(...(await pausesMs()))).toBeGreaterThan(1100)
  expect((await pointTimes(gateway))[0]).toBeLessThan(killedAt)
  // What the page itself has missed is no trouble of the gateway's.
  expect((await gateway.api('GET', '/api/events?kind=gap')).json).toEqual({ events: [] })
  await page.close()
})

test('keys lead through the pages, and the view of the overview stands in the address', async t => {
  const gateway = await startGateway(t)
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway)
  await page.getByRole('region', { name: 'Health' }).getByText('Up for').waitFor()
  await page.getByRole('link', { name: '24 h' }).click()
  await page.waitForURL(/\?range=day$/)
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.getByText('Search this page').waitFor()
  // A dialog has the keys for itself.
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'detached' })
  for (const [key, title] of [
    ['e', 'Events'],
    ['a', 'Access'],
    ['s', 'Settings'],
    ['h', 'Channels'],
    ['c', 'Connections'],
  ] as const) {
    // Sent together: the second one counts for a second and a half after the first.
    await Promise.all([page.keyboard.press('g'), page.keyboard.press(key)])
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  }
  await page.keyboard.press('/')
  await page.keyboard.type('g o')
  await page.waitForURL(/connections\?q=g(\+|%20)o$/)
  expect(errors).toEqual([])
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
      // The dashboard's own channels join the list when its link is there, and the row moves.
      await expect.poll(async () => (await figure.boundingBox())?.x ?? 390).toBeLessThan(390)
    }
    // As text: the tests are checked without a browser's types.
    const beyondPx = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    expect(beyondPx, path).toBeLessThanOrEqual(0)
  }
  await page.close()
})
