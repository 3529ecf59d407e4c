// Frames that must end a connection, each with the close codes that are right for it (RFC 6455, section 7.4; rule W2).
// Knows no connection.

import type { Choices } from './choices.ts'
import { BINARY, CLOSE, CONTINUATION, closePayload, frameBytes, PING, PONG, TEXT } from './frame-bytes.ts'
import { MAX_FRAME_BYTES } from './world.ts'

export interface FatalCase {
  readonly name: string
  readonly bytes: Buffer
  /** What the gateway may close with; 1005 stands for a close frame without a code. */
  readonly codes: readonly number[]
  /** Those that are right too if bytes follow that are no frames. */
  readonly overtakenBy?: readonly number[]
}

const BAD_UTF8 = [
  'c080',
  'eda080',
  'f4908080',
  'f5808080',
  'e282',
  '80',
  'ff',
  'f0288c28',
  'c1bf',
  '22e28222',
]
const LEGAL_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
]
const ILLEGAL_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
const PROTOCOL = [1002]

const COMMAND = Buffer.from('{"type":"ping"}')

type Make = (choices: Choices, mask: Buffer) => Buffer

/** Breaches of the framing itself: 1002 (section 7.4.1), by what a finding calls them. */
const BREACHES: readonly (readonly [name: string, make: Make])[] = [
  ['unmasked', () => frameBytes(TEXT, COMMAND, { mask: null })],
  [
    'with reserved bits',
    (choices, mask) =>
      frameBytes(choices.pick([TEXT, PING, CLOSE]), COMMAND, { mask, reserved: choices.int(1, 7) }),
  ],
  [
    'of an unknown opcode',
    (choices, mask) => frameBytes(choices.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), COMMAND, { mask }),
  ],
  [
    'of control in fragments',
    (choices, mask) => frameBytes(choices.pick([CLOSE, PING, PONG]), choices.bytes(2), { mask, fin: false }),
  ],
  [
    'of control over 125 bytes',
    (choices, mask) =>
      frameBytes(choices.pick([CLOSE, PING, PONG]), choices.bytes(choices.pick([126, 127, 70_000])), {
        mask,
      }),
  ],
  [
    'that continues nothing',
    (choices, mask) => frameBytes(CONTINUATION, COMMAND, { mask, fin: choices.chance(0.5) }),
  ],
  [
    'that begins a message within another',
    (choices, mask) =>
      Buffer.concat([
        frameBytes(TEXT, COMMAND.subarray(0, 5), { fin: false, mask }),
        frameBytes(choices.pick([TEXT, BINARY]), COMMAND, { mask }),
      ]),
  ],
]

/** One of them. */
export function fatalCase(choices: Choices): FatalCase {
  const mask = choices.bytes(4)
  if (choices.chance(0.55)) {
    const [name, make] = choices.pick(BREACHES)
    return { name, bytes: make(choices, mask), codes: PROTOCOL }
  }
  return choices.pick([tooLarge, badText, binary, noCommands, closing])(choices, mask)
}

/** Its answer waits for those before it; bytes behind it that are no frames end the connection at once. */
const IN_TURN = { codes: [4400], overtakenBy: [1002, 1007, 1009] }

function binary(choices: Choices, mask: Buffer): FatalCase {
  const bytes = frameBytes(BINARY, choices.bytes(choices.int(0, 50)), { mask })
  return { name: 'of binary', bytes, ...IN_TURN }
}

function noCommands(choices: Choices, mask: Buffer): FatalCase {
  const frames = choices.list(5, () => frameBytes(TEXT, Buffer.from(choices.pick(['', '{', '5'])), { mask }))
  return { name: 'that is no command, for the fifth time', bytes: Buffer.concat(frames), ...IN_TURN }
}

function tooLarge(choices: Choices, mask: Buffer): FatalCase {
  const name = 'over the limit'
  if (choices.chance(0.3)) {
    const half = Buffer.alloc(MAX_FRAME_BYTES / 2 + 1, ' ')
    const bytes = [frameBytes(TEXT, half, { mask, fin: false }), frameBytes(CONTINUATION, half, { mask })]
    return { name, bytes: Buffer.concat(bytes), codes: [1009] }
  }
  const claimed = [
    BigInt(MAX_FRAME_BYTES + 1),
    2n ** 31n,
    2n ** 32n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ]
  const options = { mask, lengthBytes: 8 as const, claimedLength: choices.pick(claimed) }
  // The most significant bit must be 0 (section 5.2): either objection is right.
  return { name, bytes: frameBytes(TEXT, Buffer.alloc(0), options), codes: [1009, 1002] }
}

function badText(choices: Choices, mask: Buffer): FatalCase {
  const bad = Buffer.from(choices.pick(BAD_UTF8), 'hex')
  const payload = choices.chance(0.5)
    ? bad
    : Buffer.concat([Buffer.from('{"type":"ping","x":"'), bad, Buffer.from('"}')])
  const cut = choices.int(0, payload.length)
  const frames = choices.chance(0.5)
    ? [frameBytes(TEXT, payload, { mask })]
    : [
        frameBytes(TEXT, payload.subarray(0, cut), { mask, fin: false }),
        frameBytes(CONTINUATION, payload.subarray(cut), { mask }),
      ]
  return { name: 'of text that is not UTF-8', bytes: Buffer.concat(frames), codes: [1007] }
}

function closing(choices: Choices, mask: Buffer): FatalCase {
  const close = (payload: Buffer) => frameBytes(CLOSE, payload, { mask })
  const name = (what: string) => `of close ${what}`
  switch (choices.int(0, 4)) {
    case 0:
      return { name: name('without a code'), bytes: close(Buffer.alloc(0)), codes: [1005, 1000] }
    case 1:
      return { name: name('with half a code'), bytes: close(choices.bytes(1)), codes: PROTOCOL }
    case 2:
      return {
        name: name('with a forbidden code'),
        bytes: close(closePayload(choices.pick(ILLEGAL_CODES))),
        codes: PROTOCOL,
      }
    case 3: {
      const reason = Buffer.concat([closePayload(1000), Buffer.from(choices.pick(BAD_UTF8), 'hex')])
      return { name: name('with a reason that is not UTF-8'), bytes: close(reason), codes: [1007] }
    }
    default: {
      const code = choices.pick(LEGAL_CODES)
      const reason = choices.pick(['', 'bye', 'é'.repeat(61)])
      return { name: name('with a code'), bytes: close(closePayload(code, reason)), codes: [code] }
    }
  }
}
