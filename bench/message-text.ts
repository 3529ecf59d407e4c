// The messages that are published: numbered, all of one size, recognisable in any envelope. Knows no server.

/** Bytes of a message's JSON text: a chat line, a price, a notification. */
export const MESSAGE_BYTES = 160

/** Seven digits, so that no message is longer than another. */
export const FIRST_NUMBER = 1_000_000

/** The JSON text of one message: a string, because that stays readable however often it is quoted. */
export function messageText(number: number): string {
  return `"${`n=${number};`.padEnd(MESSAGE_BYTES - 2, 'twinwire')}"`
}

/** The numbers of the messages in what a subscriber received, in order of arrival. */
export function numbersIn(received: string): number[] {
  return Array.from(received.matchAll(/n=(\d{7});/g), match => Number(match[1]))
}
