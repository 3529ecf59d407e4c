// A process that appends to a log until it is killed, and tells each seq it was answered. Run by the tests.
// Arguments: data folder, bytes of data a message.

import { openSqliteLog } from '../../gateway/log/sqlite.ts'

const [dataDir, size] = process.argv.slice(2)
const log = await openSqliteLog({
  dataDir: dataDir!,
  durability: 'normal',
  maxBytes: 1024 ** 3,
  // Small enough that trimming is under way whenever the kill comes.
  retention: channel => ({ messages: channel === 'trimmed' ? 10 : 1_000_000, ageMs: 1_000_000 }),
  clock: Date.now,
  retentionEveryMs: 5,
  onFault: fault => process.stdout.write(`${fault.state}\n`),
})
const data = `"${'x'.repeat(Number(size))}"`
process.stdout.write(`epoch ${log.epoch}\n`)
for (;;) {
  try {
    const outcomes = await log.append([
      [{ channel: 'a', data, stored: true, idempotency: { scope: 's', key: `k${log.head}` } }],
      [{ channel: 'trimmed', data, stored: true }],
    ])
    const seqs = outcomes.map(outcome => (outcome.ok ? outcome.entries[0]?.seq : 'failed'))
    process.stdout.write(`${seqs.join(' ')}\n`)
  } catch {
    // Told by onFault; the next turn tries again.
  }
  await new Promise(setImmediate)
}
