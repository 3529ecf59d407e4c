// The one writer of data, over a real pair of sockets whose reader stalls.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { holdHead, SocketWriter } from '../../gateway/transports/socket-writer.ts'
import { poll, within } from '../harness/deadline.ts'

/** Two ends of one connection; both are gone when the test is. */
async function openPair(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await within(once(server, 'listening'), 'the server listens')
  const accepted = once(server, 'connection')
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [theirs] = (await within(accepted, 'a connection')) as [Socket]
  if (ours.connecting) await within(once(ours, 'connect'), 'our end is connected')
  for (const socket of [ours, theirs]) socket.on('error', () => {})
  onTestFinished(() => {
    ours.destroy()
    theirs.destroy()
    server.close()
  })
  return { ours, theirs }
}

const NOBODY_TELLS = { bytesOf: async () => null }
const CHUNK = Buffer.alloc(64 * 1024, 'x')

/** Writes until the socket takes no more; how many bytes were handed over. */
function fill(writer: SocketWriter): number {
  let bytes = CHUNK.length
  while (writer.write(CHUNK)) {
    bytes += CHUNK.length
    if (bytes > 1e9) throw new Error('The socket never stalls.')
  }
  return bytes
}

/** Reads so many bytes at the other end. */
async function read(socket: Socket, bytes: number): Promise<void> {
  let left = bytes
  const done = new Promise<void>(resolve => {
    socket.on('data', chunk => {
      left -= chunk.length
      if (left <= 0) resolve()
    })
  })
  socket.resume()
  await within(done, () => `${bytes} bytes, ${left} are missing`)
}

test('[R3] a reader that stalls makes the writer wait, and is told of once everything was taken', async () => {
  const { ours, theirs } = await openPair()
  let onDrained = () => {}
  let drains = 0
  const drained = new Promise<void>(resolve => {
    onDrained = resolve
  })
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {
    drains += 1
    onDrained()
  })
  const bytes = fill(writer)
  const pending = writer.pendingBytes()
  const before = writer.progress()
  expect(pending).toBeGreaterThan(0)
  expect(pending).toBeLessThanOrEqual(CHUNK.length)
  await read(theirs, bytes)
  await within(drained, 'the writer is told')
  expect(drains).toBe(1)
  expect(writer.pendingBytes()).toBe(0)
  expect(writer.progress()).toBe(before + pending)
  expect(writer.write(Buffer.from('more'))).toBe(true)
})

test('[W5] progress stands still while nothing is taken, and moves with part of a write and with bytes received', async () => {
  const { ours, theirs } = await openPair()
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {})
  fill(writer)
  // A busy kernel may go on taking for a moment.
  let start = -1
  const standsStill = async () => {
    const before = start
    start = writer.progress()
    return start === before ? true : null
  }
  await poll(standsStill, 'progress to stand still')
  ours.resume()
  theirs.write('hello')
  await within(once(ours, 'data'), 'five bytes')
  expect(writer.progress()).toBeGreaterThanOrEqual(start + 5)
})

test('[W5] progress never goes back, however the writes follow each other', async () => {
  const { ours, theirs } = await openPair()
  let rounds = 0
  let done = () => {}
  const finished = new Promise<void>(resolve => {
    done = resolve
  })
  let highest = 0
  const look = () => {
    const progress = writer.progress()
    expect(progress).toBeGreaterThanOrEqual(highest)
    highest = progress
  }
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {
    look()
    rounds += 1
    if (rounds === 5) done()
    else fill(writer)
    look()
  })
  fill(writer)
  theirs.on('data', look)
  theirs.resume()
  await within(finished, 'five stalls')
  expect(highest).toBeGreaterThan(0)
})

test('[R6] a socket that is gone takes everything without a word', async () => {
  const { ours } = await openPair()
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {
    throw new Error('nobody is there any more')
  })
  fill(writer)
  ours.destroy()
  await within(once(ours, 'close'), 'the close')
  expect(writer.write(CHUNK)).toBe(true)
  expect(() => writer.pendingBytes()).not.toThrow()
})

test('[R3] several chunks for a reader that stalls arrive in order, and are told of once', async () => {
  const { ours, theirs } = await openPair()
  const drained = Promise.withResolvers<void>()
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => drained.resolve())
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  // More than the kernel takes of a reader that does not read.
  const chunks = letters.map(letter => Buffer.alloc(1024 * 1024, letter))
  const bytes = letters.length * 1024 * 1024
  expect(writer.writeAll(chunks)).toBe(false)
  expect(writer.pendingBytes()).toBeGreaterThan(0)
  let seen = ''
  theirs.setEncoding('latin1').on('data', text => {
    for (const letter of new Set(text as unknown as string)) if (!seen.endsWith(letter)) seen += letter
  })
  await read(theirs, bytes)
  await within(drained.promise, 'the end of the wait')
  expect(seen).toBe(letters.join(''))
  expect(writer.pendingBytes()).toBe(0)
})

test('[S2] a head that is held leaves with the first write', async () => {
  const { ours, theirs } = await openPair()
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {})
  holdHead(ours)
  ours.write('head')
  expect(ours.bytesWritten - ours.writableLength).toBe(0)
  expect(writer.write(Buffer.from('first'))).toBe(true)
  expect(ours.writableLength).toBe(0)
  await read(theirs, 'headfirst'.length)
  writer.write(CHUNK)
  await read(theirs, CHUNK.length)
})

test('[S2] a head that is held leaves with the first chunks, if those are several', async () => {
  const { ours, theirs } = await openPair()
  const writer = new SocketWriter(ours, NOBODY_TELLS, () => {})
  holdHead(ours)
  ours.write('head')
  expect(writer.writeAll([Buffer.from('first'), Buffer.from('second')])).toBe(true)
  expect(ours.writableLength).toBe(0)
  await read(theirs, 'headfirstsecond'.length)
})
