// A real Chromium, headless and without a proxy, for what only a browser can prove. Knows no gateway.

import { type Browser, chromium, type Page } from 'playwright-core'
import { DEADLINE_MS } from './deadline.ts'
import type { Scope } from './scope.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page in the background must not have its timers slowed down.
  '--disable-background-timer-throttling',
]

export async function openBrowser(scope: Scope): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    timeout: DEADLINE_MS,
  })
  scope.onTestFinished(() => browser.close())
  return browser
}

/** A page whose errors are collected: exceptions, and what the console calls an error but for expected 401s. */
export async function openPage(browser: Browser): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(DEADLINE_MS)
  const errors: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().includes('status of 401')) errors.push(message.text())
  })
  return { page, errors }
}
