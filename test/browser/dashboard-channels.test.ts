// Channels in the dashboard, in a real browser: found, watched, looked back in, sent to and emptied.

import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const browser = shared(openBrowser)
const VIEWER = { user: 'eve', password: 'the password of a viewer', role: 'viewer' }
const gateway = shared(scope => startGateway(scope, { config: { operators: [VIEWER] } }))

async function signIn(page: Page, { url }: Gateway, user = 'admin', password = PASSWORD): Promise<void> {
  await page.goto(`${url}/channels`)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Channels' }).waitFor()
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

async function publishMany(count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, at) => ({
    channel: `public:orders:${at % 2 ? 'eu' : 'us'}:${String(at).padStart(3, '0')}`,
    data: at,
  }))
  await gateway().api('POST', '/api/publish', { body: messages })
}

test('[N3] an operator finds a channel among many, watches it, and pauses', async () => {
  await publishMany(400)
  for (const number of [1, 2, 3]) await gateway().publish('public:orders:eu:777', { number })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway())
  // Beside these there are the channels of the dashboard itself, sooner or later.
  await page.getByRole('searchbox').fill('public:')
  await page.getByText('401 channels found').waitFor()
  // Only what is in sight is drawn, and what is scrolled to is read.
  expect(await page.getByRole('row').count()).toBeLessThan(100)
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  await page.getByRole('link', { name: 'public:orders:us:398' }).waitFor()
  await page.getByRole('searchbox').fill('EU:')
  await page.getByText('201 channels found').waitFor()
  await press(page, 'Kept')
  await page.getByRole('row').nth(1).getByRole('link', { name: 'public:orders:eu:777' }).click()

  await page.getByText('replayed').first().waitFor()
  await press(page, 'Pause')
  await gateway().publish('public:orders:eu:777', { late: true })
  await page.getByText('1 missed while paused').waitFor()
  await press(page, 'Resume')
  await page.getByText('"late"').waitFor()
  await page.getByRole('searchbox').fill('late true')
  await page.getByText('1 of 4').waitFor()
  expect(errors).toEqual([])
  await page.close()
})

test('[N4] an operator deletes one message, then purges the channel by typing its name', async () => {
  const channel = 'public:purged'
  for (let number = 1; number <= 60; number += 1) await gateway().publish(channel, { number })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway())
  await page.goto(`${gateway().url}/channel?name=${channel}&tab=history`)
  await page.getByText('{ "number": 60 }').waitFor()
  await page.getByRole('link', { name: 'Older →' }).first().click()
  const first = page.getByRole('listitem').filter({ hasText: '{ "number": 1 }' })
  await first.waitFor()
  expect(page.url()).toContain('before=')
  await first.getByRole('button', { name: /^Delete/ }).click()
  await press(page, 'Delete')
  await page.getByText('Deleted', { exact: true }).waitFor()
  await page.getByRole('link', { name: '← Newer' }).first().click()
  await page.getByText('{ "number": 60 }').waitFor()

  await page.getByLabel('Up to').fill('2020-01-01T00:00:00')
  await page.getByText('Nothing is kept of this time').waitFor()
  await page.getByRole('link', { name: 'Go to the newest' }).click()
  await page.getByText('{ "number": 60 }').waitFor()

  await press(page, 'Purge…')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('59 messages').waitFor()
  expect(await dialog.getByRole('button', { name: 'Purge' }).isDisabled()).toBe(true)
  await dialog.getByLabel(`Type ${channel} to confirm`).fill(channel)
  await dialog.getByRole('button', { name: 'Purge' }).click()
  await page.getByText(/^Nothing is kept/).waitFor()
  await page.getByText(/^Purged at /).waitFor()
  expect(errors).toEqual([])
  await page.close()
})

test('[H1] an operator sends a test broadcast, which reaches a subscriber message by message', async t => {
  const subscriber = await openWebSocket(t, gateway().url, { channels: 'public:broadcast' })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway())
  await page.goto(`${gateway().url}/channel?name=public:broadcast&tab=publish`)
  await page.getByLabel('Data, JSON').fill('{\n  "a": tru\n}')
  await page.getByText('Line 2, column 8').waitFor()
  await page.getByLabel('Data, JSON').fill('{"a": 1.10}')
  await page.getByText("-d '").waitFor()
  await press(page, 'PHP')
  await page.getByText("['a' => 1.10]").waitFor()
  await page.getByLabel('Messages').fill('25')
  await page.getByLabel('A second').fill('100')
  await press(page, 'Start…')
  // The dashboard watches the channel too.
  await page.getByRole('dialog').getByText('2 subscribers: 50 deliveries').waitFor()
  await press(page, 'Send')
  await page.getByText('25 of 25').waitFor()
  for (let count = 0; count < 25; count += 1)
    expect(await subscriber.next('message')).toMatchObject({ data: { a: 1.1 } })
  expect(errors).toEqual([])
  await page.close()
})

test('[H1] a half-written message is not sent by Enter, which takes a completion; by Ctrl and Enter it is', async t => {
  const subscriber = await openWebSocket(t, gateway().url, { channels: 'public:pressed' })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway())
  await page.goto(`${gateway().url}/publish`)
  await page.getByLabel('Channel').fill('public:pressed')
  for (const field of ['Channel', 'Event', 'Idempotency key']) await page.getByLabel(field).press('Enter')
  await page.getByLabel('Data, JSON').fill('"whole"')
  await page.getByLabel('Data, JSON').press('Control+Enter')
  await page.getByText('Sent to 1 subscriber').waitFor()
  expect(await subscriber.next('message')).toMatchObject({ data: 'whole' })
  expect(errors).toEqual([])
  await page.close()
})

test('[H1] a viewer reads a channel, and is offered nothing that changes it', async () => {
  await gateway().publish('public:seen', { number: 1 })
  const { page, errors } = await openPage(browser())
  await signIn(page, gateway(), VIEWER.user, VIEWER.password)
  await page.goto(`${gateway().url}/channel?name=public:seen&tab=history`)
  await page.getByText('{ "number": 1 }').waitFor()
  for (const name of [/^Delete/, /^Purge/]) expect(await page.getByRole('button', { name }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'Publish' }).count()).toBe(0)
  expect(errors).toEqual([])
  await page.close()
})
