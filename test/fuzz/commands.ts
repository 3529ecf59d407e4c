// Fuzzes commands: batches of sound and damaged ones over a sound WebSocket, sent without waiting, read at odd moments.
// Knows no bytes of frames.

import type { Choices } from './choices.ts'
import { type CommandText, commandText } from './command-text.ts'
import { Conversation } from './conversation.ts'
import { CLOSE, closePayload, frameBytes, TEXT } from './frame-bytes.ts'
import type { Tally } from './tally.ts'
import { onWire } from './wire.ts'
import type { World } from './world.ts'

const QUERIES = [
  '',
  '?channels=fuzz:open:1,fuzz:open:2',
  '?channels=fuzz:open:1&history=5',
  '?sender=fuzz',
  '?since=x-1',
]
/** One less than what ends a connection (rule W2). */
const MAX_MALFORMED = 4

/** One connection: who it is, what it says in which portions, how it ends. */
export async function fuzzCommands(world: World, choices: Choices, tally: Tally): Promise<void> {
  const identity = choices.pick(Object.values(world.identities))
  await onWire(world.port, async wire => {
    const conversation = await Conversation.open(wire, choices.pick(QUERIES), identity, tally)
    const { socket } = wire
    let number = 0
    let malformed = 0
    for (let rounds = choices.int(1, 8); rounds > 0; rounds--) {
      if (choices.chance(0.2)) socket.pause()
      const batch: CommandText[] = []
      for (let left = choices.int(1, choices.chance(0.05) ? 1500 : 60); left > 0; left--) {
        const isSafe = malformed < MAX_MALFORMED
        const command = isSafe
          ? commandText(choices, ++number, { ...conversation, tokens: world.tokens })
          : ping(++number)
        malformed = command.isMalformed ? malformed + 1 : 0
        batch.push(command)
      }
      send(batch, conversation, choices)
      socket.resume()
      if (choices.chance(0.6)) {
        await conversation.settle()
        malformed = 0
      }
    }
    await conversation.settle()
    if (choices.chance(0.3)) wire.send(frameBytes(CLOSE, closePayload(1000)))
    if (choices.chance(0.3)) wire.reset()
  })
}

/** All in one write, or each in its own. */
function send(batch: readonly CommandText[], conversation: Conversation, choices: Choices): void {
  const frames = batch.map(({ text }) => frameBytes(TEXT, Buffer.from(text)))
  if (choices.chance(0.7)) conversation.send(Buffer.concat(frames), batch)
  else for (const [index, frame] of frames.entries()) conversation.send(frame, [batch[index]!])
}

function ping(ref: number): CommandText {
  const text = `{"type":"ping","ref":${ref}}`
  return {
    text,
    ref,
    type: 'ping',
    isRefOptional: false,
    isWellFormed: true,
    isWrong: false,
    isMalformed: false,
  }
}
