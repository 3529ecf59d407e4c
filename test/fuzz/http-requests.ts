// HTTP requests that are well formed and yet strange: every route with odd methods, paths, queries, headers and bodies.
// Knows no wire.

import type { Choices } from './choices.ts'
import { ODD_CHANNELS } from './command-text.ts'
import { brokenJson, jsonValue, objectOf } from './json-text.ts'
import type { World } from './world.ts'

export interface HttpRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Header lines, each ended; `Host` and `Content-Length` not among them. */
  readonly headers: string
  readonly body: Buffer
}

/** `:x` stands for a path segment, made anew each time. */
const ROUTES = [
  ...[
    'POST /api/publish',
    'POST /api/publish',
    'POST /api/publish',
    'POST /api/publish',
    'POST /api/session',
  ],
  ...['GET /api/session', 'DELETE /api/session/:x', 'GET /api/channels', 'GET /api/channels/:x'],
  ...[
    'GET /api/channels/:x/messages',
    'DELETE /api/channels/:x/messages',
    'DELETE /api/channels/:x/messages/:x',
  ],
  ...[
    'GET /api/channels/:x/presence',
    'GET /api/connections',
    'GET /api/connections/:x',
    'DELETE /api/connections/:x',
  ],
  ...[
    'DELETE /api/users/:x/connections',
    'GET /api/stats',
    'GET /api/openapi.json',
    'GET /healthz',
    'GET /readyz',
  ],
  ...[
    'GET /',
    'GET /:x',
    'GET /examples/:x',
    'GET /assets/:x',
    'GET /api/:x',
    'OPTIONS /api/publish',
    'GET /ws',
  ],
]
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'QUERY',
]
const CHANNELS = [
  'fuzz:open:1',
  'fuzz:open:2',
  'fuzz:live:1',
  'fuzz:user:1',
  'room:1',
  'news',
  '@fuzz-2',
  '$stats',
]
const SEGMENTS = [
  ...[
    '.',
    '..',
    '%2e%2e',
    '..%2f..%2fpackage.json',
    '%00',
    '%',
    '%zz',
    '%c3%28',
    '%ed%a0%80',
    '%2F',
    '%5c',
    '//',
    ';a=b',
  ],
  ...[
    '__proto__',
    'constructor',
    'index.html',
    'chat.html',
    '%252e',
    'a%20b',
    '~',
    '@',
    '-1',
    '0',
    'aaaaaaaa-1',
  ],
]
const QUERY_NAMES = [
  'since',
  'before',
  'limit',
  'after',
  'prefix',
  'channel',
  'user',
  'transport',
  '__proto__',
  'x',
  '',
]
const QUERY_VALUES = [
  ...[
    '',
    '0',
    '1',
    '5',
    '1000',
    '1001',
    '-1',
    '1e3',
    'NaN',
    '0x10',
    '9'.repeat(30),
    '%00',
    '%',
    '%ff',
    '%ed%a0%80',
    '+',
  ],
  ...[
    'aaaaaaaa-1',
    'zzzzzzzz-9007199254740993',
    '__proto__',
    'constructor',
    'sse',
    'websocket',
    '%C3%A9',
    '%F0%9F%98%80',
  ],
]
const STRANGE_HEADERS = [
  ...[
    'Authorization: Bearer\r\n',
    'Authorization: Bearer  x\r\n',
    'Authorization: Basic %%%\r\n',
    'Authorization: \r\n',
  ],
  ...['Authorization: Bearer é\r\n', 'Cookie: twinwire_session=; twinwire_token=x\r\n', 'Cookie: ;;;=;a\r\n'],
  ...[
    'Cookie: twinwire_token=%00%zz\r\n',
    'Origin: null\r\n',
    'Origin: http://localhost:1\r\n',
    'Origin: é\r\n',
  ],
  ...[
    'Origin: http://evil.example\r\n',
    'Idempotency-Key: k\r\n',
    'Idempotency-Key: é\r\n',
    'X-CSRF-Token: x\r\n',
  ],
  ...['Idempotency-Key: a\r\nIdempotency-Key: b\r\n', 'Accept: text/html\r\n', 'Accept-Encoding: br;q=é\r\n'],
  ...[
    'Range: bytes=0-5\r\n',
    'Range: bytes=9-5,-\r\n',
    'If-None-Match: *\r\n',
    'If-Modified-Since: never\r\n',
  ],
  ...[
    'Content-Type: multipart/form-data\r\n',
    'Content-Type: ;;;\r\n',
    'Content-Type: text/xml; charset=utf-7\r\n',
  ],
  ...[
    'Expect: 100-continue\r\n',
    'Content-Encoding: gzip\r\n',
    'X-Forwarded-For: 1.1.1.1, é\r\n',
    'Upgrade: h2c\r\n',
  ],
  ...[
    'Access-Control-Request-Method: DELETE\r\nOrigin: http://localhost\r\n',
    'X-Http-Method-Override: DELETE\r\n',
  ],
  ...['Accept-Version: 9\r\n', 'Sec-Fetch-Site: cross-site\r\n', '__proto__: x\r\n', 'constructor: x\r\n'],
]

/** A request to any route. */
export function anyRequest(world: World, choices: Choices): HttpRequest {
  const [usual, path] = choices.pick(ROUTES).split(' ') as [string, string]
  const method = choices.chance(0.85) ? usual : choices.pick(METHODS)
  const target = path.replace(/:x/g, () => segment(choices)) + queryOf(choices)
  const identity = choices.pick(world.callers)
  const strange = choices.list(choices.pick([0, 0, 1, 2, 3]), () => choices.pick(STRANGE_HEADERS)).join('')
  const hasBody = !['GET', 'HEAD', 'TRACE'].includes(method) || choices.chance(0.02)
  const body = hasBody ? bodyFor(path, choices) : Buffer.alloc(0)
  return { method, target, headers: identity + strange, body }
}

/** The bytes of a request, its body with a length or in chunks. */
export function requestBytes(request: HttpRequest, choices: Choices): Buffer {
  const { method, target, headers, body } = request
  const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}`
  if (body.length === 0 && (method === 'GET' || method === 'HEAD'))
    return Buffer.from(`${head}\r\n`, 'latin1')
  if (choices.chance(0.9)) {
    return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1'), body])
  }
  const pieces: Buffer[] = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`, 'latin1')]
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + choices.int(1, Math.max(1, body.length >> 2)))
    at += piece.length
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
  }
  pieces.push(Buffer.from('0\r\n\r\n'))
  return Buffer.concat(pieces)
}

function segment(choices: Choices): string {
  const kind = choices.int(0, 9)
  if (kind < 6) return encodeURIComponent(choices.pick(CHANNELS))
  if (kind < 8) return choices.pick(SEGMENTS)
  if (kind === 8) return encodeURIComponent(choices.pick(ODD_CHANNELS).toWellFormed())
  return choices.chance(0.1) ? 'a'.repeat(choices.pick([201, 1000, 17_000])) : choices.pick(SEGMENTS)
}

function queryOf(choices: Choices): string {
  if (choices.chance(0.6)) return ''
  const parameters = choices.list(choices.int(1, 4), () => {
    const name = choices.pick(QUERY_NAMES)
    return choices.chance(0.05)
      ? choices.pick(['&', '=', '?', '#', name])
      : `${name}=${choices.pick(QUERY_VALUES)}`
  })
  return `?${Buffer.from(parameters.join('&')).toString('latin1')}`
}

function bodyFor(path: string, choices: Choices): Buffer {
  const text = path === '/api/session' ? loginBody(choices) : publishBody(choices)
  const kind = choices.int(0, 19)
  if (kind === 0) return Buffer.from(brokenJson(choices))
  if (kind === 1) return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])
  if (kind === 2) return Buffer.concat([Buffer.from(text), choices.bytes(3)])
  if (kind < 6) return choices.damage(Buffer.from(text))
  if (kind === 6) return Buffer.alloc(0)
  return Buffer.from(text)
}

function loginBody(choices: Choices): string {
  const members: [string, string][] = [
    ['"user"', choices.chance(0.5) ? '"admin"' : jsonValue(choices)],
    ['"password"', jsonValue(choices)],
  ]
  return objectOf(choices.chance(0.8) ? members : members.slice(1))
}

function publishBody(choices: Choices): string {
  if (choices.chance(0.75)) return publishItem(choices)
  const count = choices.chance(0.02) ? choices.pick([1000, 1001, 3000]) : choices.int(0, 6)
  const item = () => (choices.chance(0.9) ? publishItem(choices) : jsonValue(choices))
  return `[${choices.list(count, item).join(',')}]`
}

function publishItem(choices: Choices): string {
  const channel = () => JSON.stringify(choices.pick(choices.chance(0.8) ? CHANNELS : ODD_CHANNELS))
  const members: [string, string][] = [['"data"', jsonValue(choices)]]
  const kind = choices.int(0, 9)
  if (kind < 6) members.push(['"channel"', channel()])
  else if (kind < 8) members.push(['"channels"', `[${choices.list(choices.int(0, 5), channel).join(',')}]`])
  else if (kind === 8) members.push(['"user"', choices.chance(0.5) ? '"fuzz-2"' : jsonValue(choices)])
  const optional = [
    '"event"',
    '"key"',
    '"ttl"',
    '"sender"',
    '"__proto__"',
    '"data"',
    '"channel"',
    '"id"',
    '"constructor"',
  ]
  for (let left = choices.pick([0, 0, 1, 2]); left > 0; left--) {
    const name = choices.pick(optional)
    members.push([
      name,
      name === '"ttl"' ? choices.pick(['1', '0', '-1', '0.001', '1e9', '"5"']) : jsonValue(choices),
    ])
  }
  return objectOf(members)
}
