// Every page of the dashboard before axe-core, in both themes, and what it loads. Knows addresses and nothing of what stands there.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { PASSWORD, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const browser = shared(openBrowser)

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds, as sentences. `only` names the rules or tags to look by. */
async function violations(page: Page, type: 'tag' | 'rule', only: readonly string[]): Promise<string[]> {
  await page.evaluate(AXE)
  const options = JSON.stringify({ runOnly: { type, values: only }, resultTypes: ['violations'] })
  // As text: the tests are checked without a browser's types.
  const found = await page.evaluate<{ id: string; help: string; nodes: { html: string }[] }[]>(
    `axe.run(${options}).then(results => results.violations)`,
  )
  return found.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(' ')})`)
}

test('axe finds nothing on any page, in either theme, and no page asks another origin', async t => {
  const gateway = await startGateway(t)
  const socket = await openWebSocket(t, gateway.url, { channels: 'public:demo' })
  const { connection } = await socket.next('welcome')
  await gateway.publish('public:demo', { text: 'hello', n: 1, ok: true, none: null })
  const { page, errors } = await openPage(browser())
  const asked = new Set<string>()
  page.on('request', request => asked.add(new URL(request.url()).host))
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.goto(gateway.url)
  await page.getByLabel('User').waitFor()
  expect(await violations(page, 'tag', RULES), 'login').toEqual([])
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const channel = 'channel?name=public:demo'
  const channels = ['channels', channel, `${channel}&tab=history`, `${channel}&tab=presence`]
  const access = ['', '?tab=rules&channel=public:demo', '?tab=explain', '?tab=token', '?tab=audit']
  const pages = [
    '',
    'connections',
    `connection?id=${connection}`,
    ...channels,
    'publish',
    'events',
    'settings',
  ]
  for (const path of [...pages, ...access.map(part => `access${part}`)]) {
    await page.goto(`${gateway.url}/${path}`)
    await page.getByText(/^Live/).first().waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await violations(page, 'tag', RULES), path).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page, 'rule', ['color-contrast']), `${path}, dark`).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  expect(await violations(page, 'tag', RULES), 'a dialog').toEqual([])
  expect([...asked]).toEqual([new URL(gateway.url).host])
  expect(errors).toEqual([])
  await page.close()
})
