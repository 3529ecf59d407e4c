// The text form of a password hash, `scrypt$N$r$p$salt$hash` with base64url: read and written. Computes no hash.

export interface PasswordHash {
  /** CPU and memory cost, a power of two. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const FORM =
  /^scrypt\$([1-9]\d{0,7})\$([1-9]\d?)\$([1-9]\d?)\$([A-Za-z0-9_-]{11,86})\$([A-Za-z0-9_-]{22,86})$/

/** One login may take this much memory at most (128 · N · r bytes). */
const MAX_BYTES = 256 * 1024 * 1024

/** Reads a hash; `null` for another form, or for costs that a login cannot pay. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const match = FORM.exec(text)
  if (!match) return null
  const [cost, blockSize, parallelization] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const powerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost))
  if (!powerOfTwo || 128 * cost * blockSize > MAX_BYTES || parallelization > 16) return null
  const [salt, hash] = [Buffer.from(match[4]!, 'base64url'), Buffer.from(match[5]!, 'base64url')]
  return { cost, blockSize, parallelization, salt, hash }
}

export function formatPasswordHash(parts: PasswordHash): string {
  const { cost, blockSize, parallelization, salt, hash } = parts
  return `scrypt$${cost}$${blockSize}$${parallelization}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}
