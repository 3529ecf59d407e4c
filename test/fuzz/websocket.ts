// Fuzzes WebSocket bytes: sound frames in every shape, mixed with frames that must end the connection with their code
// (RFC 6455; rule W2). Knows no commands but `ping`.

import type { Choices } from './choices.ts'
import type { CommandText } from './command-text.ts'
import { Conversation } from './conversation.ts'
import { fatalCase } from './fatal-frames.ts'
import { CONTINUATION, frameBytes, PING, PONG, TEXT } from './frame-bytes.ts'
import { fuzzHandshake } from './handshakes.ts'
import type { Tally } from './tally.ts'
import { onWire } from './wire.ts'
import { MAX_FRAME_BYTES, type World } from './world.ts'

/** The gateway cuts off who pings 60 times without waiting; one case has 12 at most. */
const MAX_PONGS_DUE = 40

/** One connection: a number of sound cases, then one that ends it. */
export async function fuzzWebSocket(world: World, choices: Choices, tally: Tally): Promise<void> {
  if (choices.chance(0.25)) return fuzzHandshake(world, choices, tally)
  const identity = choices.pick([world.identities.nobody!, world.identities.key!, world.identities.user!])
  await onWire(world.port, async wire => {
    const conversation = await Conversation.open(wire, '?channels=fuzz:open:1', identity, tally)
    for (let rounds = choices.int(0, 4); rounds > 0; rounds--) {
      for (let left = choices.int(1, 20); left > 0; left--) {
        sendSound(conversation, choices, tally)
        if (conversation.pongsDue > MAX_PONGS_DUE) await conversation.settle()
      }
      if (choices.chance(0.7)) await conversation.settle()
    }
    await conversation.settle()
    const fatal = fatalCase(choices)
    tally.count(`fatal: ${fatal.name}`)
    const rest = choices.chance(0.3) ? choices.bytes(choices.int(1, 100)) : Buffer.alloc(0)
    const bytes = Buffer.concat([fatal.bytes, rest])
    const codes = rest.length > 0 ? [...fatal.codes, ...(fatal.overtakenBy ?? [])] : fatal.codes
    const isCut = choices.chance(0.15)
    conversation.send(isCut ? bytes.subarray(0, choices.int(0, bytes.length)) : bytes, [])
    if (!isCut) await conversation.close(codes, `a frame ${fatal.name}`)
    if (choices.chance(0.3)) wire.reset()
  })
}

/** One case that leaves the connection as it was. */
function sendSound(conversation: Conversation, choices: Choices, tally: Tally): void {
  const pings: Buffer[] = []
  const commands: CommandText[] = []
  const mask = () => ({ mask: choices.bytes(4) })
  const control = (): Buffer => {
    const payload = choices.bytes(choices.pick([0, 1, 4, 124, 125]))
    if (choices.chance(0.3)) return frameBytes(PONG, payload, mask())
    pings.push(payload)
    return frameBytes(PING, payload, mask())
  }
  if (choices.chance(0.25)) {
    const bytes = Buffer.concat(choices.list(choices.int(1, 5), control))
    tally.count('controls')
    conversation.send(bytes, commands, pings)
    return
  }
  const payload = commandPayload(choices, commands)
  const frames = fragments(payload, choices, control)
  const bytes = Buffer.concat(frames)
  if (choices.chance(0.6)) conversation.send(bytes, commands, pings)
  else {
    const cut = choices.int(0, bytes.length)
    conversation.send(bytes.subarray(0, cut), commands, pings)
    conversation.send(bytes.subarray(cut), [])
  }
}

/** A ping command, padded to a length at which something changes. */
function commandPayload(choices: Choices, commands: CommandText[]): Buffer {
  const ref = choices.pick(['é漢😀', '\u0000', 'a', '\u2028'])
  const bare = Buffer.from(`{"type":"ping","ref":"${ref === '\u0000' ? '\\u0000' : ref}"}`)
  const lengths = choices.chance(0.03) ? [65_535, 65_536, MAX_FRAME_BYTES] : [0, 125, 126, 127, 300]
  const padding = Math.max(0, choices.pick(lengths) - bare.length)
  const text = Buffer.concat([bare, Buffer.alloc(padding, ' ')])
  commands.push({
    ...{ text: bare.toString(), type: 'ping', ref, isRefOptional: false },
    ...{ isWellFormed: true, isWrong: false, isMalformed: false },
  })
  return text
}

/** One message in one frame or many, some empty, some with control frames between them, cut also within characters. */
function fragments(payload: Buffer, choices: Choices, control: () => Buffer): Buffer[] {
  const count = choices.chance(0.4) ? 1 : choices.int(2, 12)
  const cuts = choices.list(count - 1, () => choices.int(0, payload.length)).sort((a, b) => a - b)
  const frames: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const piece = payload.subarray(cuts[index - 1] ?? 0, cuts[index] ?? payload.length)
    // Longer lengths than needed are the sender's fault, but no receiver is asked to object.
    const lengthBytes = choices.chance(0.1) ? { lengthBytes: 8 as const } : {}
    const options = { fin: index === count - 1, mask: choices.bytes(4), ...lengthBytes }
    frames.push(frameBytes(index === 0 ? TEXT : CONTINUATION, piece, options))
    if (index < count - 1 && choices.chance(0.3)) frames.push(control())
  }
  return frames
}
