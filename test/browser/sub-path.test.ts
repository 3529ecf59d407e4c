// The dashboard under a proxy's sub-path in a real browser: nothing is asked outside it, and the policy stops nothing.

import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { PASSWORD, startGateway } from '../harness/gateway.ts'
import { startReverseProxy } from '../harness/reverse-proxy.ts'
import { shared } from '../harness/scope.ts'

const browser = shared(openBrowser)

test('[W6] signing in, live figures and publishing work under a sub-path', async t => {
  const proxy = await startReverseProxy(t, { subPath: '/app/realtime', strips: true })
  const gateway = await startGateway(t, { config: { publicUrl: proxy.url, trustProxy: true } })
  proxy.target = gateway.url
  const { page, errors } = await openPage(browser())
  await page.goto(`${proxy.url}/`)
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByText('1 WebSocket').waitFor()
  await page.getByRole('link', { name: 'Publish', exact: true }).click()
  expect(page.url()).toBe(`${proxy.url}/publish`)
  await page.getByLabel('Channel').fill('public:demo')
  await page.getByLabel('Data, JSON').fill('1')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Sent to 0 subscribers').waitFor()
  // A reload one level down finds its assets and its session again.
  await page.reload()
  await page.getByRole('button', { name: 'Publish' }).waitFor()
  // Errors are also what the content security policy stops.
  expect(errors).toEqual([])
  expect(proxy.strays.filter(path => path !== '/favicon.ico')).toEqual([])
  await page.close()
})
