// The examples, each started by its one command and used as a newcomer would. Knows what they show, not how.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { call } from '../harness/call.ts'
import { poll } from '../harness/deadline.ts'
import { type Example, runExample, startExample } from '../harness/example.ts'
import { type Scope, shared } from '../harness/scope.ts'

const browser = shared(openBrowser)

// Once for all: they start together, and two builds at once would be in each other's way.
beforeAll(() => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-client.js')])
})

interface Place extends Example {
  /** Somebody who looks at the page with a browser of their own, or in another tab of one. */
  visit(context?: BrowserContext): Promise<Page>
  /** Ends it: nothing may be left, and nothing may have gone wrong in a page. */
  end(): Promise<void>
}

async function openContext(t: Scope): Promise<BrowserContext> {
  const context = await browser().newContext()
  t.onTestFinished(() => context.close())
  return context
}

async function start(t: Scope, name: string): Promise<Place> {
  const example = await startExample(t, name)
  const errors: string[] = []
  return {
    ...example,
    async visit(context) {
      const page = await (context ?? (await openContext(t))).newPage()
      page.on('pageerror', error => errors.push(String(error)))
      page.on('console', message => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(example.page)
      return page
    },
    async end() {
      expect(errors).toEqual([])
      expect(await example.stop()).toEqual([])
      for (const url of [example.page, example.gateway]) await expect(fetch(url)).rejects.toThrow()
    },
  }
}

test.concurrent('[H4] [N2] [P2] [P3] chat: everyone is told once, one in private, and what is written stays text', async t => {
  const example = await start(t, 'chat')
  const tabs = await openContext(t)
  const enter = async (name: string): Promise<Page> => {
    const page = await example.visit(tabs)
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
    await page.getByText(`${name} (you)`).waitFor()
    return page
  }
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message').fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
  }
  const talk = (page: Page) => page.locator('#talk p').allTextContents()
  const heard = (page: Page, text: string) => page.locator('#talk').getByText(text, { exact: true }).waitFor()

  const ada = await enter('ada')
  const zoe = await enter('Zoë B.')
  const bob = await enter('bob')
  await say(ada, '<img src=x onerror=alert(1)>')
  await heard(zoe, '<img src=x onerror=alert(1)>')
  await zoe.getByRole('button', { name: 'ada', exact: true }).click()
  await zoe.getByPlaceholder('Write to ada alone').waitFor()
  await say(zoe, 'Between us')
  await heard(ada, 'Between us')
  await say(bob, 'Good night')
  for (const page of [ada, zoe]) await heard(page, 'Good night')
  expect(await talk(bob)).toEqual(['<img src=x onerror=alert(1)>', 'Good night'])

  // Whoever comes back finds all that was said to them and by them, once.
  await zoe.reload()
  await heard(zoe, 'Good night')
  const all = ['<img src=x onerror=alert(1)>', 'Between us', 'Good night']
  for (const page of [ada, zoe]) expect(await talk(page)).toEqual(all)
  await bob.getByRole('button', { name: 'Leave' }).click()
  await bob.getByLabel('Your name').waitFor()
  await ada.getByRole('button', { name: 'bob' }).waitFor({ state: 'detached' })
  await example.end()
})

test.concurrent('[N2] [W4] orders: a user follows her orders in every tab, by her session alone; another sees none of it', async t => {
  const example = await start(t, 'orders')
  const signIn = async (name: string): Promise<Page> => {
    const page = await example.visit()
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('live', { exact: true }).waitFor()
    return page
  }
  const ordersOf = (page: Page) => page.getByRole('list', { name: 'Orders' })
  const bob = await signIn('bob')
  const ada = await signIn('Ada')
  await ada.getByRole('button', { name: 'Order coffee' }).click()
  const second = await example.visit(ada.context())
  for (const page of [ada, second]) {
    const order = ordersOf(page).locator('> li').filter({ hasText: 'Coffee' })
    await order.locator('[aria-current=step]').getByText('sent').waitFor()
  }
  await bob.getByRole('button', { name: 'Order tea' }).click()
  await ordersOf(bob).getByText('Tea').waitFor()
  expect(await ordersOf(bob).getByText('Coffee').count()).toBe(0)
  await example.end()
})

test.concurrent('ticker: many prices a second, and back to the very first', async t => {
  const example = await start(t, 'ticker')
  const page = await example.visit()
  await page.getByText(/^[1-9]\d+ messages\/s$/).waitFor()
  const { symbol, price } = await firstPrice(example)
  const shown = page.getByRole('article', { name: symbol }).locator('.price')
  const goBack = async () => {
    await page.getByRole('slider').press('Home')
    return (await shown.textContent()) === price.toFixed(2) ? true : null
  }
  await poll(goBack, `the first price of ${symbol}, ${price}`)
  await page.getByText(/ago$/).waitFor()
  await page.getByRole('button', { name: 'Now' }).click()
  await page.getByText('now', { exact: true }).waitFor()
  await example.end()
})

/** What the log begins with. A busy gateway may have stored several prices of a symbol in that millisecond. */
async function firstPrice({ gateway }: Example): Promise<{ symbol: string; price: number }> {
  const path = '/api/channels/public%3Aprices/messages?since=the-beginning&limit=200'
  const { json } = await call(gateway + path, 'GET')
  const first = json.messages!.filter(({ time }) => time === json.messages![0]!.time)
  const prices = first.map(({ data }) => data as { symbol: string; price: number })
  return prices.findLast(({ symbol }) => symbol === prices[0]!.symbol)!
}

test.concurrent('[N3] [R2] job: the page that started it sees all of it, also after a reload', async t => {
  const example = await start(t, 'job')
  const page = await example.visit()
  await page.getByLabel('Detail').selectOption('rough')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByText(/^\d+ %$/).waitFor()
  await page.reload()
  await page.getByText('done', { exact: true }).waitFor()
  // No point is left out: those that nobody drew are transparent.
  const points = "document.querySelector('canvas').getContext('2d').getImageData(0, 0, 480, 300).data"
  expect(
    await page.evaluate(`${points}.filter((value, index) => index % 4 === 3 && value < 255).length`),
  ).toBe(0)
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1')
  await example.end()
})

test.concurrent('[S3] sse: a page of ten lines', async t => {
  const example = await start(t, 'sse')
  const key = /Bearer ([\w-]+)/.exec(example.said)![1]!
  const publish = (data: unknown) =>
    call(`${example.gateway}/api/publish`, 'POST', { key, body: { channel: 'public:demo', data } })
  await publish('before')
  const page = await example.visit()
  await page.getByText('"before"').waitFor()
  await publish({ text: '<b>now</b>' })
  await page.getByText('{"text":"<b>now</b>"}').waitFor()
  await example.end()
})

test.concurrent('[H2] [R2] curl alone: published once, followed, resumed, waited for', async t => {
  const said = await runExample(t, 'curl')
  expect(said).toContain('"duplicate":true')
  // Where it was cut off it goes on, and the long poll is answered by what comes.
  const resumed = said.slice(said.indexOf('Follow it again'))
  expect(resumed.match(/"data":"(\w+)"/g)).toEqual(['"data":"five"', '"data":"six"'])
  expect(resumed).toContain('"recovered":true')
})
