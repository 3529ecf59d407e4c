// Bytes that are no sound HTTP request: damaged ones, and those with which requests are smuggled past proxies
// (RFC 9112, section 11). Knows no wire.

import type { Choices } from './choices.ts'
import { anyRequest, requestBytes } from './http-requests.ts'
import type { World } from './world.ts'

export interface BrokenRequest {
  readonly name: string
  readonly bytes: Buffer
  /** It must be refused, and nothing that stands behind it be carried out. */
  readonly mustRefuse: boolean
}

const SMUGGLED = 'GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n'

/** Header lines after which nobody can say where the body ends, or that are none; then what stands in the body. */
const AMBIGUOUS: readonly (readonly [headers: string, body: string])[] = [
  ['Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'],
  ['Content-Length: 3, 4\r\n', 'abcd'],
  ['Content-Length: 0\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding: gzip\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
  ['Transfer-Encoding:\x0bchunked\r\n', '0\r\n\r\n'],
  ['Content-Length: +3\r\n', 'abc'],
  ['Content-Length: -1\r\n', 'abc'],
  ['Content-Length: 0x3\r\n', 'abc'],
  ['Content-Length: 99999999999999999999\r\n', 'abc'],
  ['Content-Length:\r\n', 'abc'],
  ['Content-Length: 3 \0\r\n', 'abc'],
  ['X: a\0b\r\n', ''],
  ['X: a\rb\r\n', ''],
  [' folded: x\r\n', ''],
  ['X: a\r\n folded\r\n', ''],
  ['no colon\r\n', ''],
  [': no name\r\n', ''],
  ['Bad Name: x\r\n', ''],
  ['\xe9: x\r\n', ''],
]
const BAD_CHUNKS = [
  'zz\r\n',
  '-1\r\n',
  '0x1\r\na\r\n',
  '1\r\nab\r\n',
  '\r\n',
  '1\nab',
  'fffffffffffffffff\r\na',
  '1;\0\r\na\r\n',
]
const BAD_LINES = [
  ...['GET\r\n', 'get / HTTP/1.1\r\n', 'GET / HTTP/1.2\r\n'],
  ...[
    'PRI * HTTP/2.0\r\n\r\nSM\r\n',
    'GET / HTTP/1.1 x\r\n',
    'GET /\x00 HTTP/1.1\r\n',
    'DANCE / HTTP/1.1\r\n',
  ],
  ...[
    'GET /a b HTTP/1.1\r\n',
    'GET / ICE/1.0\r\n',
    '\x16\x03\x01\x02\x00\x01\r\n',
    '\0\0\0\0\r\n',
    'HTTP/1.1 200 OK\r\n',
  ],
  ...[' GET / HTTP/1.1\r\n', 'GET / http/1.1\r\n'],
]

type Make = (world: World, choices: Choices) => BrokenRequest

const latin = (text: string) => Buffer.from(text, 'latin1')
const post = (world: World, choices: Choices) =>
  `POST /api/publish HTTP/1.1\r\nHost: x\r\n${choices.pick(world.callers)}`

const MAKERS: readonly Make[] = [
  function ambiguous(world, choices) {
    const [headers, body] = choices.pick(AMBIGUOUS)
    const text = `${post(world, choices)}${headers}\r\n${body}${SMUGGLED}`
    return { name: 'ambiguous', bytes: latin(text), mustRefuse: true }
  },
  function chunks(world, choices) {
    const text = `${post(world, choices)}Transfer-Encoding: chunked\r\n\r\n${choices.pick(BAD_CHUNKS)}${SMUGGLED}`
    return { name: 'chunks', bytes: latin(text), mustRefuse: true }
  },
  function requestLine(_world, choices) {
    const text = `${choices.pick(BAD_LINES)}Host: x\r\n\r\n${SMUGGLED}`
    return { name: 'request line', bytes: latin(text), mustRefuse: true }
  },
  function manyHeaders(world, choices) {
    const header = () => `X-${choices.int(0, 99)}: ${'y'.repeat(choices.pick([0, 10, 60]))}\r\n`
    const headers = choices.list(choices.pick([100, 1500, 4000]), header)
    return {
      name: 'many headers',
      bytes: latin(`${post(world, choices)}${headers.join('')}\r\n`),
      mustRefuse: false,
    }
  },
  function large(world, choices) {
    const size = choices.pick([15_000, 20_000, 64_000, 66_000, 100_000])
    const text = choices.chance(0.5)
      ? `GET /sse?channels=fuzz:open:${'1'.repeat(size)} HTTP/1.1\r\nHost: x\r\n\r\n`
      : `${post(world, choices)}Cookie: ${'c'.repeat(size)}\r\n\r\n`
    return { name: 'large', bytes: latin(text), mustRefuse: false }
  },
  function damagedPipeline(world, choices) {
    const bytes = Buffer.concat(choices.list(choices.int(2, 20), () => soundBytes(world, choices)))
    return { name: 'damaged pipeline', bytes: choices.damage(bytes), mustRefuse: false }
  },
  function cut(world, choices) {
    const bytes = soundBytes(world, choices)
    return { name: 'cut', bytes: bytes.subarray(0, choices.int(0, bytes.length)), mustRefuse: false }
  },
  (world, choices) => ({
    name: 'damaged',
    bytes: choices.damage(soundBytes(world, choices)),
    mustRefuse: false,
  }),
]

/** One of them, with a request behind it that must not be carried out. */
export function brokenRequest(world: World, choices: Choices): BrokenRequest {
  return choices.pick(MAKERS)(world, choices)
}

/** Not HEAD: in what follows a damaged request, nobody could say which answer has a body. */
function soundBytes(world: World, choices: Choices): Buffer {
  const request = anyRequest(world, choices)
  return request.method === 'HEAD' ? soundBytes(world, choices) : requestBytes(request, choices)
}
