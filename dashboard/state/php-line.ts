// The publish call as lines of PHP for the client in clients/php. Pure.

import type { Draft } from './publication.ts'

/** Safe to paste whatever the draft holds; the API key comes from the environment. */
export function phpLine(baseUrl: string, { channel, data, event, key, ttl }: Draft): string {
  const call = [quote(channel), phpValue(data)]
  if (event !== '') call.push(`event: ${quote(event)}`)
  if (key !== '') call.push(`key: ${quote(key)}`)
  if (ttl !== '') call.push(`ttlSeconds: ${Number(ttl)}`)
  return [
    `$twinwire = new Twinwire\\Client(${quote(baseUrl.replace(/\/$/, ''))}, getenv('TWINWIRE_API_KEY'));`,
    `$twinwire->publish(${call.join(', ')});`,
  ].join('\n')
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g

/** Valid JSON as a PHP expression that is encoded as the same JSON. */
function phpValue(json: string): string {
  const tokens = json.match(TOKEN) ?? []
  return tokens.map((token, index) => phpToken(token, tokens[index + 1])).join('')
}

function phpToken(token: string, next: string | undefined): string {
  switch (token) {
    case '{':
      // An empty array, or one that counts from 0, would be encoded as a list.
      return next === '}' || next === '"0"' ? '(object) [' : '['
    case '}':
      return ']'
    case ':':
      return ' => '
    case ',':
      return ', '
    default:
      return token.startsWith('"') ? quote(JSON.parse(token) as string) : token
  }
}

/** Within single quotes PHP knows two escapes. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
