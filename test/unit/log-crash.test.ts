// What survives a killed process and a full disk.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { makeFolder, openLog } from './log-folder.ts'

const CHILD = join(import.meta.dirname, 'log-child.ts')

function start(
  command: string,
  args: readonly string[],
): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator]() }
}

/** Reads lines until one fits. */
async function readUntil(
  lines: AsyncIterableIterator<string>,
  fits: (line: string) => boolean,
): Promise<string[]> {
  const seen: string[] = []
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the process ended after: ${seen.slice(-5).join(' | ')}`)
    seen.push(value)
    if (fits(value)) return seen
  }
}

/** What a process said before it was killed and nobody had read yet. */
async function readRest(lines: AsyncIterableIterator<string>): Promise<string[]> {
  const seen: string[] = []
  for (let line = await lines.next(); !line.done; line = await lines.next()) seen.push(line.value)
  return seen
}

it('[R1] [C1] kill -9 loses nothing that was answered and keeps the epoch', async () => {
  const dataDir = makeFolder()
  let epoch = ''
  for (let round = 1; round <= 3; round++) {
    const { child, lines } = start(process.execPath, [CHILD, dataDir, '200'])
    let count = 0
    const seen = await readUntil(lines, line => line.includes(' ') && ++count > 100 * round)
    child.kill('SIGKILL')
    seen.push(...(await readRest(lines)))
    epoch ||= seen[0]!
    expect(seen[0]).toBe(epoch)
    const log = await openLog(dataDir)
    expect(`epoch ${log.epoch}`).toBe(epoch)
    const answered = seen.slice(1).map(line => line.split(' ').map(Number) as [number, number])
    expect(log.head).toBeGreaterThanOrEqual(answered.at(-1)![1])
    const stored = new Set<number>()
    for (let after = 0; after < log.head; ) {
      const page = await log.read([{ channel: 'a', after }], 1000, 1024 ** 2)
      for (const { seq } of page.messages) stored.add(seq)
      after = page.through
    }
    expect(answered.filter(([seq]) => !stored.has(seq))).toEqual([])
    const [, trimmed] = (await log.channels({ prefix: '', after: '', limit: 2 })).map(
      ({ messages }) => messages,
    )
    expect(trimmed).toBeLessThanOrEqual(20)
    const again = {
      channel: 'a',
      data: '1',
      stored: true,
      idempotency: { scope: 's', key: `k${answered[0]![0] - 1}` },
    }
    expect(await log.append([[again]])).toEqual([
      { ok: true, entries: [{ seq: answered[0]![0], duplicate: true }] },
    ])
    await log.close()
  }
})

it('[H1] a full disk refuses publishes, and takes them again when there is room', async () => {
  const dataDir = makeFolder()
  // A limit on file size is a full disk that needs no mount: writes beyond it fail.
  const script = 'trap "" XFSZ; ulimit -S -f 4096; exec "$0" "$@"'
  const { child, lines } = start('sh', ['-c', script, process.execPath, CHILD, dataDir, '20000'])
  const before = await readUntil(lines, line => line === 'failed')
  expect(before.length).toBeGreaterThan(10)
  const lift = spawn('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited'], {
    stdio: 'inherit',
  })
  expect(await once(lift, 'exit')).toEqual([0, null])
  const after = await readUntil(lines, line => line === 'recovered')
  const more = await readUntil(lines, line => line.includes(' '))
  child.kill('SIGKILL')
  const rest = await readRest(lines)
  const log = await openLog(dataDir)
  const answered = [...before, ...after, ...more, ...rest]
    .filter(line => /^\d+ \d+$/.test(line))
    .map(line => Number(line.split(' ')[0]))
  const stored: number[] = []
  for (let place = 0; place < log.head; ) {
    const page = await log.read([{ channel: 'a', after: place }], 1000, 1024 ** 3)
    stored.push(...page.messages.map(({ seq }) => seq))
    place = page.through
  }
  // Nothing answered is missing, and nothing refused was stored but perhaps the last, whose answer the kill cut off.
  expect(stored.slice(0, answered.length)).toEqual(answered)
  expect(stored.length - answered.length).toBeLessThan(200)
})
