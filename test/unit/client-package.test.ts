// The package as it is built: small enough, and complete. Knows no gateway.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { ROOT } from '../architecture/source-file.ts'

const CLIENT = join(ROOT, 'clients/js')

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-client.js')])
})

const gzipped = (name: string) => gzipSync(readFileSync(join(CLIENT, 'dist', name)), { level: 9 }).length

test('the core has at most 8 KB, the entry for all tabs 3 KB, gzipped', () => {
  const [core, tabs] = [gzipped('connect.js'), gzipped('shared.js')]
  expect(core).toBeGreaterThan(2000)
  expect(core).toBeLessThanOrEqual(8 * 1024)
  expect(tabs).toBeGreaterThan(500)
  expect(tabs).toBeLessThanOrEqual(3 * 1024)
})

test('what package.json offers is there, and the tabs load the core once', async () => {
  const { exports, dependencies } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'))
  expect(dependencies).toBeUndefined()
  for (const entry of Object.values<Record<string, string>>(exports))
    for (const path of Object.values(entry)) expect(readFileSync(join(CLIENT, path), 'utf8')).not.toBe('')
  expect(readFileSync(join(CLIENT, 'dist/shared.js'), 'utf8')).toMatch(/from"\.\/connect\.js"/)
  const { connect } = await import(join(CLIENT, 'dist/connect.js'))
  expect(connect).toBeTypeOf('function')
})
