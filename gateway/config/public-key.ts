// The public keys that check client tokens: PEM text, or a file of it, read and looked at when the gateway starts.
// Knows no tokens.

import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'

const KEY = 'auth.jwt.publicKey'
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g
/** Shorter RSA keys may not sign tokens (RFC 7518, section 3.3). */
const MIN_RSA_BITS = 2048
const CURVES: Record<string, readonly string[]> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
}
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/** The PEM text that the configuration gives or names, checked; throws ConfigError. */
export async function readPublicKey(given: string | undefined, cwd: string): Promise<string | undefined> {
  if (given === undefined) return undefined
  const text = given.includes('-----BEGIN') ? given : await readKeyFile(resolve(cwd, given), given)
  const keys = splitPem(text)
  if (keys.length === 0)
    throw new ConfigError(KEY, 'there is no PEM block; write -----BEGIN PUBLIC KEY----- …')
  for (const { label, pem } of keys) checkKey(label, pem)
  return text
}

/** The keys of a PEM text that was checked; a rotation keeps the old one behind the new one. */
export function parsePublicKeys(text: string): KeyObject[] {
  return splitPem(text).map(({ pem }) => createPublicKey(pem))
}

/** The algorithms that a public key may check (RFC 7518, section 3.1; RFC 8037); none for kinds that sign no tokens. */
export function algorithmsOf(key: KeyObject): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= MIN_RSA_BITS ? RSA : []
  if (type === 'ec') return CURVES[details?.namedCurve ?? ''] ?? []
  return type === 'ed25519' ? ['EdDSA', 'Ed25519'] : []
}

function splitPem(text: string): { label: string; pem: string }[] {
  return Array.from(text.matchAll(PEM_BLOCK), ([pem, label]) => ({ label: label!, pem }))
}

async function readKeyFile(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(
      KEY,
      `the file ${name} cannot be read (${code ?? message}); name a readable PEM file, or write the PEM text itself.`,
    )
  }
}

function checkKey(label: string, pem: string): void {
  // Node would take the public half of it without a word, and the key that signs would lie where it is not needed.
  if (label.includes('PRIVATE')) {
    throw new ConfigError(KEY, 'this is a private key; give the public one: openssl pkey -in FILE -pubout.')
  }
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new ConfigError(KEY, 'the PEM block cannot be read; write a public key or certificate in PEM.')
  }
  if (algorithmsOf(key).length === 0) {
    throw new ConfigError(
      KEY,
      `a key of this kind (${key.asymmetricKeyType}) signs no tokens; use RSA of ${MIN_RSA_BITS} bits or more, P-256, P-384, P-521 or Ed25519.`,
    )
  }
}
