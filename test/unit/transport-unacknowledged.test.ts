// What the kernel holds for a peer, over real sockets.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import { SocketWriter } from '../../gateway/transports/socket-writer.ts'
import { Unacknowledged } from '../../gateway/transports/unacknowledged.ts'
import { poll } from '../harness/deadline.ts'

vi.mock(import('node:fs/promises'), async load => {
  const real = await load()
  return { ...real, readFile: vi.fn(real.readFile) as never }
})

/** More than the kernel takes. */
const FLOOD = Buffer.alloc(16 * 1024 * 1024, 'x')

async function openPair(host: string): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, host)
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const ours = connect((server.address() as AddressInfo).port, host)
  const [[theirs]] = (await Promise.all([accepted, once(ours, 'connect')])) as [[Socket], unknown]
  for (const socket of [ours, theirs]) socket.on('error', () => {})
  onTestFinished(() => {
    ours.destroy()
    theirs.destroy()
    server.close()
  })
  return { ours, theirs }
}

/** Not every machine has IPv6. */
const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'))

test.runIf(process.platform === 'linux').each(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])(
  '[R3] [W5] what a peer at %s has taken is counted to the byte, while its reader stalls and after',
  async host => {
    const { ours, theirs } = await openPair(host)
    const unacknowledged = new Unacknowledged()
    const writer = new SocketWriter(ours, unacknowledged, () => {})
    const given = FLOOD.length
    writer.write(FLOOD)
    const [before, other] = await poll(async () => {
      const looks = await Promise.all([writer.taken(), unacknowledged.bytesOf(theirs)])
      const [taken] = looks
      return taken && taken.bytes + taken.underWay + writer.pendingBytes() === given ? looks : null
    }, 'the sum to be what was given')
    expect(before!.bytes).toBeGreaterThan(0)
    expect(before!.underWay).toBeGreaterThan(0)
    expect(other).toBe(0)
    let read = 0
    const done = new Promise<void>(resolve => {
      theirs.on('data', bytes => {
        read += bytes.length
        if (read === given) resolve()
      })
    })
    theirs.resume()
    await done
    await poll(
      async () => ((await writer.taken())?.bytes === given ? true : null),
      'all of it to be acknowledged',
    )
  },
)

test('[R6] of a socket that is closed nothing is told, and nothing fails', async () => {
  const { ours } = await openPair('127.0.0.1')
  const writer = new SocketWriter(ours, new Unacknowledged(), () => {})
  ours.destroy()
  await once(ours, 'close')
  expect(await writer.taken()).toBeNull()
})

test.runIf(process.platform === 'linux')(
  '[R3] a process that is out of files for a moment looks again',
  async () => {
    const { ours } = await openPair('127.0.0.1')
    const unacknowledged = new Unacknowledged()
    vi.mocked(readFile).mockRejectedValueOnce(
      Object.assign(new Error('too many open files'), { code: 'EMFILE' }),
    )
    expect(await unacknowledged.bytesOf(ours)).toBeNull()
    expect(await unacknowledged.bytesOf(ours)).toBe(0)
  },
)
