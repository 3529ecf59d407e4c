// What a connection, a channel and a stored message take: `npm run bench:sizing`. Sizes, not times, so that what else the
// machine does changes little. Knows the gateway's wire, not its insides.

import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CrowdOptions, endCrowd, startCrowd } from './crowd-process.ts'
import { type ServerProcess, startNode } from './servers/server-process.ts'

const ENTRY = join(import.meta.dirname, '../gateway/twinwire.js')
const KEY = randomBytes(16).toString('hex')
/** The first ones also pay for what is there once; the difference is what each of the others takes. */
const FIRST = 2000
const MORE = 6000
/** Time in which garbage of the handshakes goes. */
const SETTLE_MS = 5000
/** What clients read and write is a message's data; its name and place come on top. */
const DATA_BYTES = [10, 100, 1000, 10_000]
const STORED_BYTES = 20_000_000
const MAX_STORED = 100_000

const say = (text: string) => void process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  await withServer(async server =>
    say(`start: ${megabytes(await residentBytes(server))} MB, nobody connected`),
  )
  await tellConnections('WebSocket, all in one channel', { transport: 'websocket', channel: 'public:all' })
  await tellConnections('event stream, all in one channel', { transport: 'sse', channel: 'public:all' })
  await tellConnections('WebSocket, each in a channel of its own', {
    transport: 'websocket',
    channel: 'public:own-#',
  })
  for (const dataBytes of DATA_BYTES) await tellStored(dataBytes)
}

async function withServer(use: (server: ServerProcess, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwire-sizing-'))
  const history = { messages: 10_000_000, age: '365d' }
  const channels = [{ match: '*', subscribe: 'anyone', history }]
  const config = { port: 0, drain: 0, logLevel: 'warn', channels }
  await writeFile(join(folder, 'twinwire.yaml'), JSON.stringify(config))
  const env = { TWINWIRE_API_KEY: KEY }
  const server = await startNode({ core: null, profileFolder: null, script: ENTRY, folder, env })
  try {
    await use(server, folder)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

type Kind = Required<Pick<CrowdOptions, 'transport' | 'channel'>>

async function tellConnections(what: string, { transport, channel }: Kind): Promise<void> {
  await withServer(async server => {
    const crowd = (count: number, name: string) =>
      startCrowd({ port: server.port, count, channel: name, transport, isStalled: false })
    const first = await crowd(FIRST, channel)
    const before = await residentBytes(server)
    const more = await crowd(MORE, channel.replace('#', 'more-#'))
    const each = ((await residentBytes(server)) - before) / MORE
    say(`${what}: ${(each / 1000).toFixed(1)} KB each`)
    await Promise.all([endCrowd(first), endCrowd(more)])
  })
}

async function residentBytes({ pid }: ServerProcess): Promise<number> {
  await sleep(SETTLE_MS)
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)![1])
}

/** The database after a clean stop, which has taken the write-ahead log into it. */
async function tellStored(dataBytes: number): Promise<void> {
  const count = Math.min(MAX_STORED, STORED_BYTES / dataBytes)
  await withServer(async (server, folder) => {
    for (let left = count; left > 0; left -= 100) await publish(server, Math.min(left, 100), dataBytes)
    await server.stop()
    const { size } = await stat(join(folder, 'data/log.db'))
    say(`stored message with ${dataBytes} bytes of data: ${Math.round(size / count)} bytes in log.db`)
  })
}

async function publish({ port }: ServerProcess, count: number, dataBytes: number): Promise<void> {
  const data = 'x'.repeat(dataBytes - 2)
  const body = JSON.stringify(Array.from({ length: count }, () => ({ channel: 'public:all', data })))
  const headers = { Authorization: `Bearer ${KEY}` }
  const answer = await fetch(`http://127.0.0.1:${port}/api/publish`, { method: 'POST', headers, body })
  if (answer.status !== 200)
    throw new Error(`Publishing was answered ${answer.status}: ${await answer.text()}`)
}

const megabytes = (bytes: number) => Math.round(bytes / 1_000_000)

await main()
