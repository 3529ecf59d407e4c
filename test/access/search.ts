// Looks for secrets in whatever a gateway gave away, in the forms in which a text travels. Knows no gateway.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Forms that still give a secret away to whoever reads them. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // Of base64 what does not depend on the bytes before and after.
  const inner = bytes.toString('base64').slice(0, -4)
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    inner,
    inner.replaceAll('+', '-').replaceAll('/', '_'),
    bytes.toString('hex'),
  ]
}

/** `name of the secret in place` for each that is found. A token is given away by its claims or its signature alone. */
export function findSecrets(
  places: ReadonlyMap<string, string>,
  secrets: Readonly<Record<string, string>>,
): string[] {
  const found: string[] = []
  for (const [name, secret] of Object.entries(secrets)) {
    const parts = /^ey[\w-]+\.[\w-]+\./.test(secret) ? secret.split('.').slice(1).filter(Boolean) : [secret]
    const forms = new Set(parts.flatMap(formsOf))
    for (const [place, text] of places) {
      if ([...forms].some(form => text.includes(form))) found.push(`${name} in ${place}`)
    }
  }
  return found
}

/** The files of a folder by name, byte by byte. */
export function filesIn(folder: string): [string, string][] {
  return readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'latin1')])
}
