// Channel names: what is one (rule N1), whose it is (rule N2), and which patterns match it. Knows no configuration.

export const MAX_CHANNEL_NAME_LENGTH = 200

// Printable ASCII except " \ , * < > ` { } | ^  (rule N1)
const NAME = /^[!#-)+\-.-;=?-[\]_a-z~]{1,200}$/

/** Whether a text is a channel name (rule N1). */
export function isChannelName(text: string): boolean {
  return NAME.test(text)
}

/** A personal channel (`@user`) or one of the gateway's own (`$stats`): no client pattern matches these. */
export function isReserved(channel: string): boolean {
  return channel.startsWith('@') || channel.startsWith('$')
}

/** The personal channel of a user; characters outside N1 are percent-encoded (rule N2). */
export function personalChannel(user: string): string {
  let name = '@'
  for (const character of user) {
    name += character !== '%' && NAME.test(character) ? character : percentEncode(character)
  }
  return name
}

function percentEncode(character: string): string {
  const code = character.charCodeAt(0)
  // encodeURIComponent leaves some ASCII alone that a channel name may not have, and refuses half a surrogate pair.
  if (code < 0x80) return `%${code.toString(16).toUpperCase().padStart(2, '0')}`
  return encodeURIComponent(character.toWellFormed())
}

/** Compiles a pattern in which `*` stands for any characters, none included (rule N3). */
export function compilePattern(pattern: string): (channel: string) => boolean {
  if (!pattern.includes('*')) return channel => channel === pattern
  const parts = pattern.split('*')
  const first = parts[0]!
  const last = parts.at(-1)!
  const middle = parts.slice(1, -1).filter(part => part !== '')
  return channel => {
    if (channel.length < first.length + last.length) return false
    if (!channel.startsWith(first) || !channel.endsWith(last)) return false
    const end = channel.length - last.length
    let at = first.length
    for (const part of middle) {
      const found = channel.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
