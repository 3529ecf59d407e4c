// The messages that are published: numbered, all of one size, recognisable in any envelope. Knows no server.

/** Bytes of a message's JSON text: a chat line, a price, a notification. */
export const MESSAGE_BYTES = 160

/** Seven digits, so that no message is longer than another. */
export const FIRST_NUMBER = 1_000_000

const PADDING = 'twinwire'.repeat(MESSAGE_BYTES / 8)
const NUMBERED = padding('n=1000000;')
const TIMED = padding('n=1000000;t=0000000.000;')

/** The JSON text of one message: a string, because that stays readable however often it is quoted. */
export function messageText(number: number): string {
  return `"n=${number};${NUMBERED}"`
}

/** The same, telling when it was sent, in ms of the clock that its readers use. */
export function timedText(number: number, sentMs: number): string {
  return `"n=${number};t=${sentMs.toFixed(3).padStart(11, '0')};${TIMED}"`
}

/** The numbers of the messages in what a subscriber received, in order of arrival. */
export function numbersIn(received: string): number[] {
  return Array.from(received.matchAll(/n=(\d{7});/g), match => Number(match[1]))
}

/** When the messages in what was received had been sent. */
export function sentTimesIn(received: string): number[] {
  return Array.from(received.matchAll(/t=(\d{7}\.\d{3});/g), match => Number(match[1]))
}

/** Text that comes in chunks, for reading what may be cut by their ends: no mark is read twice, none is missed. */
export class TextCarry {
  #carry = ''

  /** What `find` finds in this chunk, and over the seam to the one before. */
  read(chunk: Buffer, find: (text: string) => number[]): number[] {
    const text = this.#carry + chunk.toString('latin1')
    // Every mark ends with its first `;`: what stands after the last one may be the beginning of the next.
    const from = Math.max(text.lastIndexOf(';') + 1, text.length - LONGEST_MARK)
    this.#carry = text.slice(from)
    return find(text)
  }
}

/** `t=0000000.000;` without its end. */
const LONGEST_MARK = 13
const MARK = Buffer.from('n=')

/** Counts messages at the least cost: by two bytes that no envelope holds. */
export class MarkCounter {
  #endsWithFirst = false

  /** How many messages begin in this chunk, or with the end of the one before. */
  count(chunk: Buffer): number {
    let found = this.#endsWithFirst && chunk[0] === MARK[1] ? 1 : 0
    for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + 2)) found += 1
    this.#endsWithFirst = chunk.at(-1) === MARK[0]
    return found
  }
}

function padding(head: string): string {
  return PADDING.slice(0, MESSAGE_BYTES - 2 - head.length)
}
