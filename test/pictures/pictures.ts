// Pictures of every page of the dashboard, with a lively gateway behind it: `npm run pictures`, or with a folder and
// the seconds of traffic before: `npm run pictures -- docs/pictures 120`. For the docs; the tests do not look at them.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../harness/browser.ts'
import { type Gateway, PASSWORD, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { openShop, SHOP_CONFIG } from './shop-day.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]
const THEMES = ['light', 'dark'] as const
/** Until what a page loads is there and its charts are drawn. */
const SETTLE_MS = 1500

async function main(): Promise<void> {
  const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/pictures')
  const trafficMs = Number(process.argv[3] ?? 120) * 1000
  await mkdir(folder, { recursive: true })
  const ends: (() => unknown)[] = []
  const scope: Scope = { onTestFinished: end => ends.push(end) }
  try {
    const gateway = await startGateway(scope, { config: SHOP_CONFIG })
    ends.push(await openShop(scope, gateway))
    process.stdout.write(`Traffic for ${trafficMs / 1000} s …\n`)
    await sleep(trafficMs)
    const browser = await openBrowser(scope)
    for (const theme of THEMES)
      for (const viewport of SIZES) await takePictures(browser, gateway, { folder, theme, viewport })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

interface Shot {
  readonly folder: string
  readonly theme: (typeof THEMES)[number]
  readonly viewport: (typeof SIZES)[number]
}

async function takePictures(browser: Browser, gateway: Gateway, shot: Shot): Promise<void> {
  const page = await browser.newPage({ viewport: shot.viewport, colorScheme: shot.theme })
  await page.goto(gateway.url)
  await page.getByLabel('User').waitFor()
  await take(page, 'login', shot)
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  for (const [name, path] of await pagesOf(gateway)) {
    await page.goto(`${gateway.url}/${path}`)
    await page.getByText(/^Live/).first().waitFor()
    await take(page, name, shot)
  }
  await page.close()
}

async function pagesOf(gateway: Gateway): Promise<readonly (readonly [string, string])[]> {
  const { connections } = (await gateway.api('GET', '/api/connections?user=ann&limit=1')).json as unknown as {
    connections: { id: string }[]
  }
  return [
    ['overview', ''],
    ['overview-day', '?range=day'],
    ['connections', 'connections'],
    ['connection', `connection?id=${connections[0]?.id ?? ''}`],
    ['channels', 'channels'],
    ['channel', 'channel?name=chat:lobby'],
    ['history', 'channel?name=chat:lobby&tab=history'],
    ['presence', 'channel?name=chat:lobby&tab=presence'],
    ['publish', 'publish?channel=chat:lobby'],
    ['events', 'events'],
    ['access', 'access'],
    ['rules', 'access?tab=rules&channel=chat:lobby'],
    ['audit', 'access?tab=audit'],
    ['settings', 'settings'],
  ]
}

async function take(page: Page, name: string, { folder, theme, viewport }: Shot): Promise<void> {
  await sleep(SETTLE_MS)
  const path = join(folder, `${name}-${viewport.width}-${theme}.png`)
  await page.screenshot({ path })
  process.stdout.write(`${path}\n`)
}

await main()
