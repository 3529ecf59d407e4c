// Reads the body of an HTTP answer up to a bound: another server does not decide how much memory is used here.

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
