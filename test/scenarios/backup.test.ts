// Rule C3 with `twinwire backup` and `twinwire restore`: a copy made while the gateway works, put back with a new epoch.

import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { within } from '../harness/deadline.ts'
import { dataOf, epochOf, range } from '../harness/frame.ts'
import { ENTRY, type Gateway, startGateway } from '../harness/gateway.ts'
import { transports } from '../harness/transports.ts'

/** Runs a command in a folder; it ends by itself. */
async function twinwire(folder: string, ...args: string[]) {
  const child = spawn(process.execPath, [ENTRY, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const code = await within(ended, () => `${args[0]} to end; it said ${stdout}${stderr}`)
  return { code, stdout, stderr }
}

const start = { config: { drain: '50ms' } }

async function historyOf(gateway: Gateway) {
  return (await gateway.api('GET', '/api/channels/public%3Aa/messages?limit=1000')).json.messages!
}

describe.each(transports)('backup and restore over $name', ({ open }) => {
  test('[C3] a restored log has what it had then, a new epoch, and every client gets `reset`', async t => {
    const gateway = await startGateway(t, start)
    const file = join(gateway.folder, 'log.backup')
    for (const number of range(1, 5)) await gateway.publish('public:a', number)
    expect(await twinwire(gateway.folder, 'backup', file)).toMatchObject({ code: 0, stderr: '' })
    const reader = await open(t, gateway.url, { channels: 'public:a' })
    await reader.next('live')
    for (const number of range(6, 9)) await gateway.publish('public:a', number)
    await reader.next({ data: 9 })
    const before = await historyOf(gateway)

    const refused = await twinwire(gateway.folder, 'restore', file)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`in use by another gateway (process ${gateway.pid}); stop it`)
    expect(await historyOf(gateway)).toEqual(before)

    await gateway.kill('SIGTERM')
    const restored = await twinwire(gateway.folder, 'restore', file)
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    await gateway.restart()
    await gateway.publish('public:a', 'after')
    const again = await reader.resume()
    await again.next('live')
    expect(again.frames.find(frame => frame.type === 'gap')).toMatchObject({ reason: 'reset' })
    expect(dataOf(again.frames)).toEqual([1, 2, 3, 4, 5, 'after'])
    expect(epochOf((await historyOf(gateway))[0]!.id)).not.toBe(epochOf(before[0]!.id))
    // The log that it replaced is kept whole, under the name it was told.
    const kept = /kept as (.*); delete/.exec(restored.stdout)![1]!
    const old = new DatabaseSync(kept, { readOnly: true })
    expect(old.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 9 })
    old.close()
  })
})

test('[C3] the copy of a log that is written to all the while is one moment of it, and holds nobody up', async t => {
  const history = { messages: 100_000, age: '1h' }
  const channels = [{ match: '*', subscribe: 'anyone', publish: 'nobody', history }]
  const gateway = await startGateway(t, { config: { ...start.config, channels } })
  const file = join(gateway.folder, 'log.backup')
  const pad = 'x'.repeat(4000)
  let sent = 0
  const publish = async (count: number) => {
    const body = range(1, count).map(() => ({ channel: `public:${sent % 7}`, data: [++sent, pad] }))
    const answer = await gateway.api('POST', '/api/publish', { body })
    expect(answer.status).toBe(200)
  }
  for (let round = 0; round < 40; round += 1) await publish(100)
  const ahead = sent
  let isCopying = true
  const traffic = (async () => {
    while (isCopying) await publish(5)
  })()
  const { code, stderr } = await twinwire(gateway.folder, 'backup', file)
  isCopying = false
  await traffic
  expect([code, stderr]).toEqual([0, ''])
  expect(sent).toBeGreaterThan(ahead)
  const copy = new DatabaseSync(file, { readOnly: true })
  expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  const seqs = copy.prepare('SELECT min(seq) AS first, max(seq) AS last, count(*) AS n FROM message').get()!
  copy.close()
  expect(seqs).toEqual({ first: 1, last: seqs.n, n: seqs.n })
  expect(seqs.n).toBeGreaterThanOrEqual(ahead)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await readdir(gateway.folder)).sort()).toEqual(['data', 'log.backup', 'twinwire.yaml'])
})

test('[C3] a log whose gateway was killed can be copied, and loses nothing by it', async t => {
  const gateway = await startGateway(t)
  for (const number of range(1, 3)) await gateway.publish('public:a', number)
  await gateway.kill('SIGKILL')
  const file = join(gateway.folder, 'log.backup')
  expect((await twinwire(gateway.folder, 'backup', file)).code).toBe(0)
  await gateway.restart()
  expect((await historyOf(gateway)).map(message => message.data)).toEqual([1, 2, 3])
  const copy = new DatabaseSync(file, { readOnly: true })
  expect(copy.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 3 })
  copy.close()
})
