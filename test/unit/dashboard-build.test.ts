// The dashboard as it is built: small enough, and with nothing from elsewhere. Knows no gateway.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { ROOT } from '../architecture/source-file.ts'

const ASSETS = join(ROOT, 'dashboard/dist/assets')

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-dashboard.js')])
})

const assets = (ending: string) =>
  readdirSync(ASSETS)
    .filter(name => name.endsWith(ending))
    .map(name => readFileSync(join(ASSETS, name), 'utf8'))

test('its JavaScript has at most 90 KB in all, gzipped', () => {
  const bytes = assets('.js').reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
  expect(bytes).toBeGreaterThan(20_000)
  expect(bytes).toBeLessThanOrEqual(90 * 1024)
})

test('its page and styles load nothing from elsewhere', () => {
  const page = readFileSync(join(ROOT, 'dashboard/dist/index.html'), 'utf8')
  const links = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link)
  expect(links.length).toBeGreaterThan(2)
  for (const link of links) expect(link).toMatch(/^\.\//)
  for (const styles of assets('.css')) expect(styles).not.toMatch(/url\(|@import/)
})
