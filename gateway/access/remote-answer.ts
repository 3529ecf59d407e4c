// What another server answers over HTTP: read up to a bound, because it does not decide how much memory is used here, and
// its failures in words for the log. Knows no server.

/** The body as UTF-8 text, or `null` when it is longer than `maxBytes`; the rest is then not received. */
export async function readBounded(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** `fetch failed` alone says nothing: the cause does. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it took too long'
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause?.code ?? cause?.message ?? error.message
}

/** A URL fit for the log: what stands in its query may be a secret of the one who is asked. */
export function withoutQuery(url: string): string {
  return url.split('?', 1)[0]!
}
