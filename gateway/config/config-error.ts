// What is wrong with the configuration, as one line that a person can act on. Knows no schema.

const MAX_SHOWN = 60

/** A configuration that cannot be used. `message` is one line: the key, what it holds, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Dotted path of the key (`limits.messageBytes`, `channels[2].history`), an environment variable, or a file. */
  readonly key: string

  constructor(key: string, problem: string) {
    super(`${key}: ${problem}`.replace(/\s+/g, ' '))
    this.key = key
  }
}

/** Refuses a value: `allowed` completes the sentence "… is not allowed; write …". */
export function refuse(key: string, value: unknown, allowed: string): never {
  throw new ConfigError(key, `${show(value)} is not allowed; write ${allowed}.`)
}

/** Refuses a value of the wrong form without repeating it: what was written there may be a secret, or hold one. */
export function refuseUnseen(key: string, value: unknown, allowed: string): never {
  if (typeof value === 'number' || typeof value === 'boolean') return refuse(key, value, allowed)
  const text = typeof value === 'string' ? `a text of ${Buffer.byteLength(value)} bytes` : null
  throw new ConfigError(
    key,
    `${text ?? (Array.isArray(value) ? 'a list' : 'a mapping')} is not allowed; write ${allowed}.`,
  )
}

/** A value as an error line shows it: short, and on one line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
