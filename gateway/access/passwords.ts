// Passwords: made into a hash that a configuration can hold, and compared without telling how near a guess came.
// Knows no users.

import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { formatPasswordHash, type PasswordHash, parsePasswordHash } from '../config/password-hash.ts'

/** Of the costs that OWASP names as equal in strength, those that take the least memory: 16 MiB. */
const COSTS = { cost: 2 ** 14, blockSize: 8, parallelization: 5 }
const HASH_BYTES = 32

/** The text for `admin.passwordHash`. */
export async function hashPassword(password: string): Promise<string> {
  const parts = { ...COSTS, salt: randomBytes(16), hash: Buffer.alloc(HASH_BYTES) }
  return formatPasswordHash({ ...parts, hash: await derive(password, parts) })
}

/** Whether a password fits a hash; false for a hash of another form. */
export async function fitsHash(password: string, hash: string): Promise<boolean> {
  const parts = parsePasswordHash(hash)
  return parts !== null && timingSafeEqual(await derive(password, parts), parts.hash)
}

/** Whether two texts are the same; the time taken depends on neither. */
export function isSameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function derive(password: string, parts: PasswordHash): Promise<Buffer> {
  const { cost, blockSize, parallelization, salt, hash } = parts
  // scrypt takes 128 · N · r bytes and a little more; Node refuses above maxmem.
  const maxmem = 128 * cost * blockSize + 128 * blockSize * (parallelization + 2)
  return new Promise((resolve, reject) => {
    const options = { cost, blockSize, parallelization, maxmem }
    scrypt(password, salt, hash.length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
