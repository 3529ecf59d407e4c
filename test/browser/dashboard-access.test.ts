// Events, access and settings in a real browser: an operator finds out why somebody is refused, and makes a key.

import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { PASSWORD, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const browser = shared(openBrowser)
const VIEWER = 'the password of a viewer'
const gateway = shared(scope =>
  startGateway(scope, { config: { operators: [{ user: 'eve', password: VIEWER, role: 'viewer' }] } }),
)

async function signIn(user: string, password: string, path: string) {
  const { page, errors } = await openPage(browser())
  await page.goto(`${gateway().url}/${path}`)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  return { page, errors }
}

test('[S8] a refusal shows up with its sentence, is explained, and is there after a reload', async t => {
  const { page, errors } = await signIn('admin', PASSWORD, 'events')
  const socket = await openWebSocket(t, gateway().url, { channels: 'public:a,orders:7' })
  expect(await socket.next('failure')).toMatchObject({ channel: 'orders:7' })
  const row = page.getByRole('row').filter({ hasText: 'Refused: unauthorized' })
  await row.getByText('The rule "*" does not let this connection receive').waitFor()
  await page.reload()
  await row.getByRole('link', { name: 'Explain' }).click()
  await page.getByText('No: unauthorized').waitFor()
  expect(page.url()).toMatch(/tab=explain&channel=orders%3A7/)
  await page.goto(`${gateway().url}/events?kind=gap`)
  await page.getByText('Nothing that fits').waitFor()
  await page.goto(`${gateway().url}/events`)
  await row.waitFor()
  await page.getByLabel('Up to').fill('2020-01-01T00:00:00')
  await page.getByText('Nothing that fits').waitFor()
  expect(page.url()).toMatch(/until=\d+/)
  await page.getByLabel('Up to').fill('2090-01-01T00:00:00')
  await row.waitFor()
  expect(errors).toEqual([])
  await page.close()
})

test('events hold still while one reads far down, and go on at the top', async t => {
  const visit = async (): Promise<void> => {
    const visitor = await openWebSocket(t, gateway().url, { channels: 'public:a' })
    await visitor.next('live')
  }
  for (let count = 0; count < 20; count += 1) await visit()
  const { page, errors } = await signIn('admin', PASSWORD, 'events?kind=connected')
  await page.setViewportSize({ width: 1280, height: 400 })
  await page.getByText(/^2\d lines$/).waitFor()
  await page.evaluate('scrollTo(0, 400)')
  // The page is told that it was scrolled in a turn of its own.
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  await visit()
  await page.getByRole('button', { name: /^Show \d+ new line/ }).click()
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  expect(await page.evaluate<number>('scrollY')).toBe(0)
  expect(errors).toEqual([])
  await page.close()
})

test('an operator makes a key, sees it once, and revokes it; the audit log knows', async () => {
  const { page, errors } = await signIn('admin', PASSWORD, 'access')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('shop')
  await page.getByLabel('Publishes to').fill('orders:*')
  await page.getByRole('button', { name: 'Make the key' }).click()
  const key = await page.getByText(/^tw_[0-9a-f]{64}$/).textContent()
  await page.getByRole('button', { name: 'Close' }).click()
  const publish = () =>
    fetch(`${gateway().url}/api/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{"channel": "orders:1", "data": 1}',
    })
  expect((await publish()).status).toBe(200)
  await page.getByRole('button', { name: 'Revoke shop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The key shop is revoked.').waitFor()
  expect((await publish()).status).toBe(401)
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('row').filter({ hasText: 'Revoked a key' }).getByText('shop').waitFor()
  expect(await page.content()).not.toContain(key)
  expect(errors).toEqual([])
  await page.close()
})

test('a viewer sees keys and settings, tries a token, and finds no button to change them', async () => {
  const { page, errors } = await signIn('eve', VIEWER, 'access')
  await page.getByRole('row').filter({ hasText: 'in the configuration' }).waitFor()
  expect(await page.getByRole('button', { name: /New key|Revoke/ }).count()).toBe(0)
  await page.getByRole('link', { name: 'Token', exact: true }).click()
  await page.getByLabel('Token').fill('no token')
  await page.getByRole('button', { name: 'Try the token' }).click()
  await page.getByText('The token is not a JWT').waitFor()
  await page.goto(`${gateway().url}/settings?q=operators`)
  await page.getByText('user: eve, password: (hidden)').waitFor()
  expect(await page.content()).not.toContain(VIEWER)
  expect(errors).toEqual([])
  await page.close()
})
