// API keys as the dashboard knows them, and what is asked for when one is made. Pure.

export interface KeyView {
  readonly name: string
  readonly publish: readonly string[]
  readonly read: boolean
  readonly admin: boolean
  readonly publishPerSecond?: number
  readonly origin: 'configuration' | 'records'
  /** Milliseconds since 1970, here and below. */
  readonly created?: number
  readonly createdBy?: string
  readonly lastUsed?: number
}

/** As it is typed. */
export interface KeyDraft {
  readonly name: string
  /** Patterns with white space or commas between them. */
  readonly publish: string
  readonly read: boolean
  readonly admin: boolean
  readonly rate: string
}

export const EMPTY_KEY: KeyDraft = { name: '', publish: '', read: false, admin: false, rate: '' }

/** The body of the call that makes the key. Whether it may be so is the gateway's to say. */
export function keyBody({ name, publish, read, admin, rate }: KeyDraft): string {
  const patterns = publish.split(/[\s,]+/).filter(pattern => pattern !== '')
  const publishPerSecond = rate.trim() === '' ? {} : { publishPerSecond: Number(rate) }
  return JSON.stringify({ name: name.trim(), publish: patterns, read, admin, ...publishPerSecond })
}

/** What is wrong with a draft before anybody is asked; null when nothing is. */
export function keyFault({ name, publish, read, admin, rate }: KeyDraft): string | null {
  if (name.trim() === '') return 'Give it a name, by which logs and this page call it.'
  if (publish.trim() === '' && !read && !admin) return 'Let it do something: publish, read or administer.'
  if (rate.trim() !== '' && !/^\s*[1-9]\d{0,6}\s*$/.test(rate))
    return 'The rate is a whole number of messages a second.'
  return null
}
