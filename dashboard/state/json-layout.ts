// JSON laid out for reading. Pure.

import type { MessageWithText } from '../../clients/js/read-frame.ts'
import { readMembers } from '../../shared/json-members.ts'

const ONE_LINE = 76

/** A message's data on one line when it is short, else over lines; its tokens as the publisher wrote them. */
export function layOut(message: MessageWithText): string {
  return layOutText(dataOf(message))
}

/** The same for data that is there as text. */
export function layOutText(json: string): string {
  const lines = reindent(json)
  // Line breaks inside strings are escaped, so these are all the layout's own.
  const line = lines.replace(/\n */g, ' ')
  return line.length <= ONE_LINE ? line : lines
}

function dataOf({ text, data }: MessageWithText): string {
  const read = text === undefined ? null : readMembers(text)
  const raw = read && 'members' in read ? read.members.get('data') : undefined
  return raw ?? JSON.stringify(data)
}

/** Re-indents valid JSON text without touching its tokens: a 64-bit number or 1.10 stays as it was written. */
export function reindent(json: string): string {
  let out = ''
  let depth = 0
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
    switch (token) {
      case '[':
      case '{':
        depth += 1
        out += `${token}${newLine(depth)}`
        break
      case ']':
      case '}':
        depth -= 1
        out = /[[{]\s*$/.test(out.slice(-depth * 2 - 4))
          ? out.trimEnd() + token
          : `${out}${newLine(depth)}${token}`
        break
      case ',':
        out += `,${newLine(depth)}`
        break
      case ':':
        out += ': '
        break
      default:
        out += token
    }
  }
  return out
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}
