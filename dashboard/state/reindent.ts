// Lays JSON text out over lines without touching its tokens: a 64-bit number or 1.10 stays as it was written. Pure.

/** Re-indents valid JSON text by two spaces a level. */
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
