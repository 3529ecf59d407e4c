// The PHP session example in a real browser: its cookie goes to another port, its page reads what comes back.

import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { shared } from '../harness/scope.ts'
import { startExample } from '../harness/session-example.ts'

const browser = shared(openBrowser)

test('[W4] [S7] signed in by a PHP session, a page receives and publishes without a token', async t => {
  const place = await startExample(t)
  const { page, errors } = await openPage(browser())
  await page.goto(place.page)
  await page.getByLabel('Name').fill('Ada')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Signed in as ada').waitFor()
  await page.getByRole('button', { name: 'Order something' }).click()
  await page.getByRole('listitem').filter({ hasText: '{"state":"ordered"}' }).waitFor()
  expect(await page.getByRole('listitem').count()).toBe(1)
  expect(errors).toEqual([])
  await page.close()
})
