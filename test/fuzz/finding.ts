// What a fuzz run found: a sentence, the bytes that led there, and how to see it again. Knows no protocol.

/** Thrown where an expectation fails; `sent` are the bytes of the case. */
export class Finding extends Error {
  readonly sent: Uint8Array
  /** What happened on the connection of the case, if it had one. */
  story: string | undefined

  constructor(message: string, sent: Uint8Array | string = '') {
    super(message)
    this.sent = typeof sent === 'string' ? Buffer.from(sent) : sent
  }
}

const SHOWN_BYTES = 1000

/** Bytes as a text that can be pasted into a string literal. */
export function inText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    if (byte === 0x5c) text += '\\\\'
    else if (byte === 0x0d) text += '\\r'
    else if (byte === 0x0a) text += '\\n'
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte)
    else text += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return bytes.length > SHOWN_BYTES ? `${text}… (${bytes.length} bytes)` : text
}

/** Message without what differs from case to case, to tell outcomes and findings apart. */
export function template(message: string): string {
  const words = message.slice(0, 120).split(/\s+/)
  return words.map(word => (/^[A-Za-z,.;:()-]+$/.test(word) ? word : '…')).join(' ')
}
