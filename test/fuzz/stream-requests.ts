// Requests for event streams with odd queries and resume points, and the bytes that come back (protocol §5). Knows no
// channels' rules.

import type { Choices } from './choices.ts'
import { ODD_CHANNELS } from './command-text.ts'
import { Finding } from './finding.ts'
import { checkReply } from './http-legal.ts'
import { readReply } from './http-reply.ts'
import type { Tally } from './tally.ts'
import { onWire, type Wire } from './wire.ts'
import type { World } from './world.ts'

const CHANNELS = [
  'fuzz:open:1',
  'fuzz:open:2',
  'fuzz:live:1',
  'room:1',
  '@fuzz-1',
  '$stats',
  '$events',
  '__proto__',
]
const PLACES = [
  '',
  'x',
  'aaaaaaaa-1',
  'stop-kicked',
  'stop-',
  '%00',
  '%ff',
  '%ed%a0%80',
  '-',
  'x'.repeat(5000),
  '__proto__',
]
const COUNTS = ['', '0', '5', '999999999', '9999999999', '-1', '1.5', 'x', '%20']
const LINES = /^(event: [a-z]+|id: [A-Za-z0-9._-]{1,128}|retry: \d+|data: [^\r\n]+|)$/

/** Asks for one stream, reads it until it is live, ends or is refused, and leaves it in some way. */
export async function fuzzStream(world: World, choices: Choices, tally: Tally): Promise<void> {
  await onWire(world.port, async wire => {
    const lastId = choices.chance(0.3) ? `Last-Event-ID: ${choices.pick(PLACES)}\r\n` : ''
    const identity = choices.pick(world.callers)
    const request = `GET /sse${query(world, choices)} HTTP/1.1\r\nHost: x\r\n${identity}${lastId}\r\n`
    const behind = choices.chance(0.1) ? 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n' : ''
    wire.send(Buffer.from(request + behind, 'latin1'))
    const reply = await readReply(wire, 'GET')
    if (reply === null) throw new Finding('A request for a stream got no answer', wire.sent)
    const outcome = checkReply(reply, 'GET', wire.sent)
    const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    tally.count(`sse ${outcome}${isStream ? ` to ${await readEvents(wire)}` : ''}`)
    if (choices.chance(0.3)) wire.reset()
  })
}

function query(world: World, choices: Choices): string {
  const name = () =>
    encodeURIComponent(choices.pick(choices.chance(0.8) ? CHANNELS : ODD_CHANNELS).toWellFormed())
  const names = choices
    .list(choices.chance(0.02) ? 3000 : choices.int(0, 4), name)
    .join(choices.pick([',', ',', '%2C', ',,']))
  const parameters = [`channels=${names}`]
  if (choices.chance(0.3)) parameters.push(`since=${choices.pick(PLACES)}`)
  if (choices.chance(0.3)) parameters.push(`history=${choices.pick(COUNTS)}`)
  if (choices.chance(0.2)) parameters.push(`token=${encodeURIComponent(choices.pick(world.tokens))}`)
  if (choices.chance(0.2)) parameters.push(`sender=${choices.pick(['', 'x', '%00', 's'.repeat(201)])}`)
  if (choices.chance(0.1))
    parameters.push(choices.pick(['__proto__=1', '=', '&&', 'channels', 'x=1', '%', 'Channels=a']))
  return `?${parameters.join(choices.pick(['&', '&', '&', ';']))}`
}

/** Reads lines until the stream is live or over; each must be one that the event stream format and the protocol know. */
async function readEvents(wire: Wire): Promise<string> {
  for (;;) {
    let end = wire.unread.indexOf('\n')
    while (end < 0) {
      if (!(await wire.more('`live` or `goodbye` on a stream')) && wire.isClosed) return 'its end'
      end = wire.unread.indexOf('\n')
    }
    const line = wire
      .take(end + 1)
      .subarray(0, end)
      .toString('utf8')
    if (!LINES.test(line))
      throw new Finding(`A stream has the line ${JSON.stringify(line.slice(0, 200))}`, wire.sent)
    if (line.startsWith('data: ')) checkJson(line.slice(6), wire)
    if (line === 'event: live' || line === 'event: goodbye') return line
  }
}

function checkJson(text: string, wire: Wire): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Finding(`A stream has data that is no JSON: ${text.slice(0, 200)}`, wire.sent)
  }
}
