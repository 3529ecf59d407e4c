// JSON text in the inks of its tokens. Shows it as it is: laying it out is the state's.

import type { JSX } from 'preact'

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g

/** Longer ones are shown plain: a span for each token of a great text would hold the page. */
const MAX_INKED = 20_000

export function JsonView({ text }: { text: string }) {
  return <pre class="json">{text.length > MAX_INKED ? text : inked(text)}</pre>
}

function inked(text: string): (string | JSX.Element)[] {
  const parts: (string | JSX.Element)[] = []
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    const [token, string, colon] = match
    parts.push(text.slice(end, match.index))
    const kind = string === undefined ? 'plain' : colon === undefined ? 'string' : 'key'
    parts.push(<span class={`json-${kind}`}>{string ?? token}</span>)
    if (colon !== undefined) parts.push(colon)
    end = match.index + token.length
  }
  parts.push(text.slice(end))
  return parts
}
