// How the dashboard feels beside 15,000 connections: `npm run bench:dashboard [COUNT]`. A real browser opens the list,
// searches, sorts and scrolls while every connection receives a message a second.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { endCrowd, startCrowd } from './crowd-process.ts'
import { startNode } from './servers/server-process.ts'

const ENTRY = join(import.meta.dirname, '../gateway/twinwire.js')
const ROUNDS = 5
const SCROLL_MS = 5000

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 15_000)
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-bench-'))
  const key = randomBytes(16).toString('hex')
  const password = randomBytes(16).toString('hex')
  await writeFile(join(folder, 'twinwire.yaml'), 'port: 0\ndrain: 0\nlogLevel: warn\n')
  const env = { TWINWIRE_API_KEY: key, TWINWIRE_ADMIN_PASSWORD: password }
  const server = await startNode({ core: null, profileFolder: null, script: ENTRY, folder, env })
  const url = `http://127.0.0.1:${server.port}`
  const channel = 'public:crowd,public:room-#'
  const crowd = await startCrowd({ port: server.port, count, channel, isStalled: false })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server'],
  })
  const publishing = setInterval(() => void publish(url, key), 1000)
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await signIn(page, url, password)
    say(`${count} connections, each receiving one message a second`)
    await tellPaint(browser, url)
    await tellTimes(page, url, count)
    await tellApi(url, key)
  } finally {
    clearInterval(publishing)
    await browser.close()
    await endCrowd(crowd)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function publish(url: string, key: string): Promise<void> {
  const body = JSON.stringify({ channel: 'public:crowd', data: 'x'.repeat(160) })
  await fetch(`${url}/api/publish`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body })
}

async function signIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** With an empty cache each time: how long somebody looks at nothing. */
async function tellPaint(browser: Browser, url: string): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByLabel('User').waitFor()
    times.push(
      await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
    )
    await page.close()
  }
  sayTimes('first paint, from an empty cache', times)
}

async function tellTimes(page: Page, url: string, count: number): Promise<void> {
  const rows = page.locator('tbody tr[aria-rowindex]')
  await tell('open the list, signed in', async () => {
    await page.goto(`${url}/connections`)
    await rows.nth(5).waitFor()
  })
  let room = Math.floor(count / 2)
  await tell('search: from the key to the row', async () => {
    room += 1
    await page.getByLabel('Search connections').fill(`room-${room}`)
    await rows
      .filter({ hasText: `public:room-${room}` })
      .first()
      .waitFor()
  })
  await page.getByLabel('Search connections').fill('')
  await page.getByText(/^[\d,]+ connections$/).waitFor()
  const heads = ['Messages', 'Id', 'Address', 'Bytes', 'Behind by']
  await tell('sort: from the press to the sorted rows', async round => {
    const answer = page.waitForResponse(/api\/connections\?.*sort=/)
    await page.getByRole('button', { name: heads[round]!, exact: true }).click()
    await answer
    await rows.nth(5).waitFor()
  })
  await tell('jump: from the scroll to the rows there', async round => {
    await page.evaluate(`scrollTo(0, document.body.scrollHeight * ${(round + 0.5) / ROUNDS})`)
    await page.locator('.row-loading').first().waitFor({ state: 'detached' })
  })
  await tellFrames(page)
}

/** Scrolls like a hand on the wheel, and reports what the eye would see: how long frames take. */
async function tellFrames(page: Page): Promise<void> {
  const frames = await page.evaluate<number[]>(`new Promise(resolve => {
    const frames = []
    const begun = performance.now()
    let last = begun
    const step = now => {
      frames.push(now - last)
      last = now
      scrollBy(0, 60)
      if (now - begun < ${SCROLL_MS}) requestAnimationFrame(step)
      else resolve(frames.slice(1))
    }
    scrollTo(0, 0)
    requestAnimationFrame(step)
  })`)
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (part: number): string => sorted[Math.floor(part * (sorted.length - 1))]!.toFixed(0)
  say(`scroll for ${SCROLL_MS / 1000} s: frames of ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
}

async function tellApi(url: string, key: string): Promise<void> {
  for (const query of ['sort=-since', 'sort=-behind', 'sort=browser', 'text=room-77&sort=user']) {
    await tell(`GET /api/connections?${query}`, async () => {
      const answer = await fetch(`${url}/api/connections?${query}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      await answer.json()
    })
  }
}

async function tell(what: string, act: (round: number) => Promise<void>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now()
    await act(round)
    times.push(performance.now() - begun)
  }
  sayTimes(what, times)
}

function sayTimes(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  say(`${what}: ${sorted[Math.floor(ROUNDS / 2)]!.toFixed(0)} ms, longest ${sorted.at(-1)!.toFixed(0)} ms`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main()
