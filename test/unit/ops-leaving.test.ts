// How the gateway says that it is up, and how it leaves: the ready lines, pasted into a shell, and the drain.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Config } from '../../gateway/config/config.ts'
import type { LoadedConfig } from '../../gateway/config/load-config.ts'
import type { Connection } from '../../gateway/core/connection.ts'
import { Drain } from '../../gateway/ops/drain.ts'
import { allowedOpenFiles } from '../../gateway/ops/open-files.ts'
import { readyLines } from '../../gateway/ops/ready-lines.ts'

const KEY = 'key-of-this-test_0123456789'
const ORIGIN = 'http://127.0.0.1:8080'

function loadedWith(secretsFile: string, more: Partial<LoadedConfig> = {}): LoadedConfig {
  const config = {
    admin: { user: 'admin' },
    apiKeys: [{ name: 'backend', key: KEY }],
    limits: { connections: 900 },
  } as unknown as Config
  return {
    config,
    generated: { apiKey: KEY, adminPassword: 'pass-of-this-test' },
    secretsFile,
    apiKeyFrom: 'secretsFile',
    ...more,
  } as LoadedConfig
}

/** What the pasted publish line would send, with `curl` replaced by something that prints its arguments. */
function paste(lines: readonly string[], env: Record<string, string> = {}): string[] {
  const line = lines.find(each => each.includes('curl '))!
  const command = line.slice(line.indexOf('curl '))
  const script = `curl() { printf '%s\\n' "$@"; }\n${command}`
  return execFileSync('/bin/sh', ['-c', script], { env: { ...process.env, ...env } })
    .toString()
    .split('\n')
}

/** Not on a terminal; `echo` in the place of the program shows with what it is called. */
const AWAY = { isTerminal: false, program: ['echo', 'the gateway,'], allowedOpenFiles: 1000 }

test.each(['plain', "it's a folder", 'with $(echo) "and" `more`'])(
  'the publish line works when pasted, secrets in the folder %s',
  name => {
    const folder = mkdtempSync(join(tmpdir(), `${name} `))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'secrets.json')
    writeFileSync(file, JSON.stringify({ jwtSecret: 'j', apiKey: KEY, adminPassword: 'p' }, null, 2))
    const sent = paste(readyLines(loadedWith(file), ORIGIN, AWAY))
    expect(sent.slice(0, 3)).toEqual([`${ORIGIN}/api/publish`, '-H', `Authorization: Bearer ${KEY}`])
    expect(JSON.parse(sent[4]!)).toEqual({ channel: 'public:demo', data: { text: 'Hello' } })
  },
)

test('a key from the environment is read there by the pasted line', () => {
  const lines = readyLines(loadedWith('/x', { apiKeyFrom: 'environment' }), ORIGIN, AWAY)
  expect(paste(lines, { TWINWIRE_API_KEY: KEY })[2]).toBe(`Authorization: Bearer ${KEY}`)
})

test('exactly one line says where it listens; secrets are shown on a terminal only', () => {
  for (const isTerminal of [true, false]) {
    const text = readyLines(loadedWith('/data/secrets.json'), ORIGIN, { ...AWAY, isTerminal })
    expect(text.filter(line => line.includes(`listening on ${ORIGIN}`))).toHaveLength(1)
    expect(text.filter(line => line.includes('listening on'))).toHaveLength(1)
    expect(text.join('\n').includes(KEY)).toBe(isTerminal)
    expect(text.join('\n').includes('pass-of-this-test')).toBe(isTerminal)
    expect(text.every(line => !line.includes('\n'))).toBe(true)
  }
})

test('when nothing was generated nothing is said of secrets, and the program itself tells the key', () => {
  const lines = readyLines(loadedWith('/x', { generated: {}, apiKeyFrom: 'file' }), ORIGIN, AWAY)
  expect(lines.join('\n')).not.toContain(KEY)
  expect(lines.join('\n')).not.toContain('secrets')
  expect(paste(lines)[2]).toBe('Authorization: Bearer the gateway, api-key')
})

test('too few open files for the connections that are allowed are told before they are missed', () => {
  const told = (allowedOpenFiles: number) =>
    readyLines(loadedWith('/x'), ORIGIN, { ...AWAY, allowedOpenFiles }).filter(line =>
      line.includes('caution'),
    )
  expect(told(1000)).toEqual([])
  expect(told(999)).toEqual([expect.stringMatching(/999 open files, .* is 900: .* to 899\./)])
  expect(allowedOpenFiles()).toBe(Number(execFileSync('/bin/sh', ['-c', 'ulimit -n']).toString()))
})

interface Farewell {
  code: string
  afterMs: number | undefined
}

function drainOf(count: number, windowMs = 5000) {
  const farewells: Farewell[] = []
  const close = (code: string, _reason: string, afterMs?: number) => void farewells.push({ code, afterMs })
  const connections = { all: () => Array.from({ length: count }, () => ({ close }) as unknown as Connection) }
  let now = 0
  let calls = 0
  const random = () => (calls++ % 10) / 10
  const drain = new Drain({ connections, windowMs, random, now: () => now })
  return { drain, farewells, move: (ms: number) => (now += ms) }
}

test('[R5] everyone is told to come back, spread over the window, in slices that let others work', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { drain, farewells } = drainOf(1000)
  let isOver = false
  const over = drain.run().then(() => {
    isOver = true
  })
  expect(drain.isDraining).toBe(true)
  expect(farewells.length).toBeLessThan(1000)
  for (let slice = 0; slice < 10; slice += 1) await new Promise(resolve => setImmediate(resolve))
  expect(farewells).toHaveLength(1000)
  expect(new Set(farewells.map(({ code }) => code))).toEqual(new Set(['unavailable']))
  expect(new Set(farewells.map(({ afterMs }) => afterMs)).size).toBe(10)
  expect(Math.max(...farewells.map(({ afterMs }) => afterMs!))).toBe(4500)
  expect(isOver).toBe(false)
  vi.advanceTimersByTime(5000)
  await over
  expect(vi.getTimerCount()).toBe(0)
})

test('[R5] who comes while draining is told to come back once this gateway has gone', async () => {
  const { drain, move } = drainOf(0, 5000)
  expect([drain.isDraining, drain.turnAway()]).toEqual([false, null])
  const over = drain.run()
  expect(drain.turnAway()).toMatchObject({ code: 'unavailable', afterMs: 5000 })
  move(3000)
  expect(drain.turnAway()?.afterMs).toBe(2000 + 500)
  move(10_000)
  expect(drain.turnAway()?.afterMs).toBe(1000)
  drain.hurry()
  await over
})

test('[R5] the window ends early for somebody in a hurry, and hurrying without a drain is harmless', async () => {
  const { drain, farewells } = drainOf(3, 1e9)
  drain.hurry()
  expect(drain.isDraining).toBe(false)
  const over = drain.run()
  drain.hurry()
  await over
  expect(farewells).toHaveLength(3)
})
