// Frames from a client, whatever pieces they come in: the same messages, and nothing held between them.

import { expect, test } from 'vitest'
import { FrameReader } from '../../gateway/transports/ws-reader.ts'
import { CLOSE, CONTINUATION, closePayload, frameBytes, PING, PONG, TEXT } from '../fuzz/frame-bytes.ts'
import { seededRandom } from '../harness/seed.ts'

const MAX_BYTES = 100_000

function listen() {
  const heard: string[] = []
  const listener = {
    onText: (text: string) => void heard.push(`text ${text}`),
    onBinary: () => void heard.push('binary'),
    onPing: (payload: Buffer) => void heard.push(`ping ${payload}`),
    onPong: () => void heard.push('pong'),
    onClose: (code: number | null) => void heard.push(`close ${code}`),
    onBroken: (code: number) => void heard.push(`broken ${code}`),
  }
  return { heard, reader: new FrameReader(listener, MAX_BYTES, false) }
}

const random = seededRandom()
const below = (limit: number) => Math.floor(random() * limit)
const mask = () => Buffer.from([below(256), below(256), below(256), below(256)])

/** A message in one to four fragments with pings between them, and what is heard of it. */
function message(): { bytes: Buffer[]; heard: string[] } {
  const text = '€'.repeat(below(random() < 0.1 ? 25_000 : 60))
  const payload = Buffer.from(text)
  const cuts = [0, ...[below(payload.length + 1), below(payload.length + 1)].sort((a, b) => a - b)]
  const parts = cuts.map((from, index) => payload.subarray(from, cuts[index + 1] ?? payload.length))
  const pieces = random() < 0.5 ? [payload] : parts
  const bytes = pieces.flatMap((part, index) => [
    frameBytes(index === 0 ? TEXT : CONTINUATION, part, { fin: index === pieces.length - 1, mask: mask() }),
    ...(index < pieces.length - 1 ? [frameBytes(PING, Buffer.from(`${index}`), { mask: mask() })] : []),
  ])
  const pings = pieces.slice(1).map((_, index) => `ping ${index}`)
  return { bytes, heard: [...pings, `text ${text}`] }
}

test('[W2] however the bytes are cut into packets, the messages are the same', () => {
  for (let round = 0; round < 200; round += 1) {
    const messages = Array.from({ length: 1 + below(6) }, message)
    const end = [frameBytes(PONG, Buffer.from('p'), { mask: mask() }), frameBytes(CLOSE, closePayload(1000))]
    const bytes = Buffer.concat([...messages.flatMap(each => each.bytes), ...end])
    const { heard, reader } = listen()
    const largest = random() < 0.3 ? 3 : 70_000
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + below(largest)
      reader.read(Buffer.from(bytes.subarray(at, to)))
      at = to
    }
    expect(heard).toEqual([...messages.flatMap(each => each.heard), 'pong', 'close 1000'])
    expect(reader.isUnfinished).toBe(false)
  }
})

test('[W5] what has begun is unfinished until its last byte, and control frames between fragments change nothing', () => {
  const { reader } = listen()
  const bytes = Buffer.concat([
    frameBytes(TEXT, Buffer.from('a'), { fin: false }),
    frameBytes(PING, Buffer.alloc(0)),
    frameBytes(CONTINUATION, Buffer.from('b')),
  ])
  const seen = [...bytes].map(byte => {
    reader.read(Buffer.from([byte]))
    return [reader.isUnfinished, reader.wholeCount]
  })
  expect(seen.slice(0, -1).every(([isUnfinished, count]) => isUnfinished === true && count === 0)).toBe(true)
  expect(seen.at(-1)).toEqual([false, 1])
})

test('[R6] a message that comes byte by byte costs no more than it has bytes', () => {
  const { heard, reader } = listen()
  const bytes = frameBytes(TEXT, Buffer.alloc(90_000, 'x'))
  const begun = performance.now()
  for (const byte of bytes) reader.read(Buffer.from([byte]))
  expect(heard).toHaveLength(1)
  // Read anew or copied with every byte, it would take minutes.
  expect(performance.now() - begun).toBeLessThan(5000)
})

test('[W2] all fragments together count towards the limit', () => {
  const { heard, reader } = listen()
  const half = Buffer.alloc(MAX_BYTES / 2 + 1)
  reader.read(frameBytes(TEXT, half, { fin: false }))
  expect(heard).toEqual([])
  reader.read(frameBytes(CONTINUATION, half).subarray(0, 20))
  expect(heard).toEqual(['broken 1009'])
})
