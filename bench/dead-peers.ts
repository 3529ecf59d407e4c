// What 10,000 dead peers cost beside 10,000 idle ones: `npm run bench:dead`. The same crowd first answers its
// heartbeats, then is frozen; the server's CPU and memory over the same time, until the dead are gone.

import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endCrowd, startCrowd } from './crowd-process.ts'
import { type ServerProcess, startNode } from './servers/server-process.ts'

const HEARTBEAT_MS = 5000
/** Two beats until they are found, five seconds for their close, and some more. */
const PHASE_MS = 4 * HEARTBEAT_MS
const ENTRY = join(import.meta.dirname, '../gateway/twinwire.js')

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 10_000)
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-bench-'))
  await writeFile(
    join(folder, 'twinwire.yaml'),
    `port: 0\nheartbeat: ${HEARTBEAT_MS}\ndrain: 0\nlogLevel: warn\n`,
  )
  const env = { TWINWIRE_API_KEY: randomBytes(16).toString('hex') }
  const server = await startNode({ core: null, profileFolder: null, script: ENTRY, folder, env })
  const crowd = await startCrowd({ port: server.port, count, channel: 'public:dead', isStalled: false })
  try {
    await sleep(HEARTBEAT_MS)
    await tell(`${count} idle`, server)
    crowd.kill('SIGSTOP')
    await tell(`${count} dead`, server)
  } finally {
    await endCrowd(crowd)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function tell(what: string, { pid, cpuSeconds }: ServerProcess): Promise<void> {
  const before = await cpuSeconds()
  await sleep(PHASE_MS)
  const after = await cpuSeconds()
  const cpu = after.user + after.system - before.user - before.system
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const megabytes = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1000)
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length
  process.stdout.write(
    `${what}: ${cpu.toFixed(2)} s CPU in ${PHASE_MS / 1000} s, then ${megabytes} MB, ${descriptors} open files\n`,
  )
}

await main()
