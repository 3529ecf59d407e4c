// Fuzzes the opening of WebSockets: header by header, with data right behind it, and cut anywhere (RFC 6455, section 4.2).
// Knows no frames but the one it sends behind.

import type { Choices } from './choices.ts'
import { Finding } from './finding.ts'
import { frameBytes, TEXT } from './frame-bytes.ts'
import { handshake, UPGRADE_HEADERS } from './handshake.ts'
import { checkReply } from './http-legal.ts'
import { readReply } from './http-reply.ts'
import type { Tally } from './tally.ts'
import { onWire, type Wire } from './wire.ts'
import type { World } from './world.ts'

/** Changes to the headers that must not be upgraded; null: the header is missing. */
const REFUSED: readonly (readonly [string, string | null])[] = [
  ['Sec-WebSocket-Key', null],
  ['Sec-WebSocket-Key', ''],
  ['Sec-WebSocket-Key', 'dG9vIHNob3J0'],
  ['Sec-WebSocket-Key', '!!!!!!!!!!!!!!!!!!!!!!=='],
  ['Sec-WebSocket-Key', 'x'.repeat(5000)],
  ['Sec-WebSocket-Version', null],
  ['Sec-WebSocket-Version', '12'],
  ['Sec-WebSocket-Version', '13.0'],
  ['Sec-WebSocket-Version', '99999999999999999999'],
  ['Upgrade', 'h2c'],
  ['Upgrade', ''],
  ['Connection', 'keep-alive'],
  ['Connection', ''],
]
/** Header lines beside sound ones that decide nothing, or end it in a way of their own. */
const BESIDE = [
  ...[
    'Origin: http://localhost:8000\r\n',
    'Origin: http://evil.example\r\n',
    'Origin: null\r\n',
    'Origin: é\r\n',
  ],
  ...['Sec-WebSocket-Protocol: twinwire.v1, twinwire.token.x\r\n', 'Sec-WebSocket-Protocol: ,\r\n'],
  ...['Sec-WebSocket-Protocol: a, a\r\n', 'Sec-WebSocket-Protocol: \r\n', 'Sec-WebSocket-Protocol: a b\r\n'],
  ...['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n'],
  ...['Sec-WebSocket-Extensions: ;;;,\r\n', 'Authorization: Bearer x\r\n', 'Authorization: Basic x\r\n'],
  ...[
    'Cookie: twinwire_token=x\r\n',
    'Content-Length: 5\r\n',
    'Expect: 100-continue\r\n',
    'Upgrade: h2c\r\n',
  ],
]
const TARGETS = [
  ...[
    'GET /ws',
    'GET /ws?',
    'GET /ws?x=1',
    'GET /ws?history=x',
    'GET /ws?channels=a,b&token=x',
    'GET /ws?channels=%00',
  ],
  ...[
    'GET /ws/',
    'GET /',
    'GET /sse?channels=news',
    'POST /ws',
    'HEAD /ws',
    'GET /api/stats',
    'GET /ws?__proto__=1',
  ],
  `GET /ws?channels=${'x'.repeat(17_000)}`,
]
const COMMAND = frameBytes(TEXT, Buffer.from('{"type":"ping","ref":1}'))

/** One opening. */
export async function fuzzHandshake(world: World, choices: Choices, tally: Tally): Promise<void> {
  await onWire(world.port, async wire => {
    const kind = choices.int(0, 3)
    if (kind === 0) await sendRefused(wire, choices, tally)
    else if (kind === 1) await sendWithData(wire, world, choices, tally)
    else await sendOdd(wire, choices, tally)
    if (choices.chance(0.3)) wire.reset()
  })
}

async function sendRefused(wire: Wire, choices: Choices, tally: Tally): Promise<void> {
  const [name, value] = choices.pick(REFUSED)
  wire.send(request('GET /ws', { ...UPGRADE_HEADERS, [name]: value }, ''))
  const reply = await readReply(wire, 'GET')
  if (reply === null || reply.status < 400)
    throw new Finding(`A broken handshake was answered ${reply?.status}`, wire.sent)
  tally.count(`handshake with ${name}: ${value?.slice(0, 20)} → ${checkReply(reply, 'GET', wire.sent)}`)
}

/** What stands behind the handshake in the same packet is the first frame. */
async function sendWithData(wire: Wire, world: World, choices: Choices, tally: Tally): Promise<void> {
  const bytes = Buffer.concat([handshake('?channels=fuzz:open:1', world.identities.nobody!), COMMAND])
  const cut = choices.int(0, bytes.length)
  wire.send(bytes.subarray(0, cut))
  if (choices.chance(0.3)) {
    tally.count('handshake cut')
    return
  }
  wire.send(bytes.subarray(cut))
  while (!wire.unread.includes('"type":"pong","ref":1')) {
    if (!(await wire.more('the answer to a command behind the handshake')) && wire.isClosed) {
      throw new Finding('The gateway hung up on a command behind the handshake', bytes)
    }
  }
  tally.count('handshake with a command behind it')
}

async function sendOdd(wire: Wire, choices: Choices, tally: Tally): Promise<void> {
  const target = choices.chance(0.5) ? 'GET /ws' : choices.pick(TARGETS)
  const beside = choices.list(choices.int(0, 2), () => choices.pick(BESIDE)).join('')
  const bytes = request(target, UPGRADE_HEADERS, beside)
  wire.send(choices.chance(0.2) ? choices.damage(bytes) : bytes)
  wire.socket.end()
  const method = target.split(' ', 1)[0]!
  const reply = await readReply(wire, method, true)
  if (reply === null) tally.count('handshake: hung up')
  else tally.count(`handshake: ${target.slice(0, 12)} → ${checkReply(reply, method, wire.sent)}`)
  await wire.untilClosed('the end of a connection whose client has hung up')
}

function request(line: string, headers: Readonly<Record<string, string | null>>, more: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) =>
    value === null ? '' : `${name}: ${value}\r\n`,
  )
  return Buffer.from(`${line} HTTP/1.1\r\n${lines.join('')}${more}\r\n`, 'latin1')
}
