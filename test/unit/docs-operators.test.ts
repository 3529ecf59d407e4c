// What operators are given agrees with the gateway: the units in deploy/, the limits of docs/sizing.md, the time limits and
// sizes of docs/proxies.md.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSettings } from '../../gateway/config/schema.ts'
import { blockOf } from '../harness/front-config.ts'

const ROOT = join(import.meta.dirname, '../..')
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const defaults = readSettings({}, '')
const unit = textOf('deploy/twinwire.service')
const program = textOf('deploy/supervisor.conf')
const numbersAfter = (text: string, key: string) =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(text)![1]!.split(/[ ,]/).map(Number)

/** The codes of gateway/main.ts that a restart does not mend: configuration, command line. */
const FINAL_CODES = [64, 78]
/** What gateway/app.ts gives unfinished requests and sockets after the drain. */
const CLOSE_MS = 2000
/** Sockets beyond `limits.connections` (gateway/api/server-options.ts), and the files of the log and the program. */
const SPARE_FILES = 600

test('[R5] both supervisors wait longer than the drain, and do not restart what cannot get better', () => {
  for (const key of ['TimeoutStopSec', 'stopwaitsecs'])
    expect(numbersAfter(unit + program, key)[0]! * 1000).toBeGreaterThan(defaults.drain + CLOSE_MS)
  expect(numbersAfter(unit, 'RestartPreventExitStatus')).toEqual(FINAL_CODES)
  expect(numbersAfter(program, 'exitcodes')).toEqual([0, ...FINAL_CODES])
  const mainModule = textOf('gateway/main.ts')
  for (const code of FINAL_CODES) expect(mainModule).toMatch(new RegExp(`EXIT_\\w+ = ${code}$`, 'm'))
  expect(numbersAfter(unit, 'LimitNOFILE')[0]).toBeGreaterThan(defaults.limits.connections + SPARE_FILES)
})

test('the units start the program that is there, all in the same way', () => {
  const texts = [unit, program, textOf('deploy/twinwire-backup.service')]
  for (const text of texts) {
    const [, node, entry] = /(\/opt\/twinwire\/\S+) \/opt\/twinwire\/(\S+)/.exec(text)!
    expect([node, entry]).toEqual(['/opt/twinwire/node_modules/.bin/node', 'gateway/twinwire.js'])
    expect(existsSync(join(ROOT, entry!))).toBe(true)
  }
})

test('docs/sizing.md has every limit, with its default', () => {
  const rows = Array.from(textOf('docs/sizing.md').matchAll(/^\| `([a-zA-Z.]+)` \| (\S+) \|/gm))
  const named = rows.filter(([, key]) => key !== 'auth.hook.concurrency')
  for (const [, key, value] of named) {
    const path = key!.split('.')
    const given = readSettings(
      path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), parse(value!)),
      '',
    )
    expect(given, key).toEqual(defaults)
  }
  const limits = named.flatMap(([, key]) => (key!.startsWith('limits.') ? key!.slice('limits.'.length) : []))
  expect(limits.sort()).toEqual(Object.keys(defaults.limits).sort())
})

test('[W5] [H5] proxies are told to wait longer than two heartbeats, and to take what the gateway takes', () => {
  for (const [block, pattern] of [
    ['nginx', /proxy_read_timeout (\d+)s;/],
    ['apache', /timeout=(\d+)/],
  ] as const)
    expect(Number(pattern.exec(blockOf(block))![1]) * 1000).toBeGreaterThan(2 * defaults.heartbeat)
  const megabytes = Number(/client_max_body_size (\d+)m;/.exec(blockOf('nginx'))![1])
  expect(megabytes * 1024 * 1024).toBe(8 * defaults.limits.bodyBytes)
})
