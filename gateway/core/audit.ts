// The audit log as the rest of the gateway sees it: who did what, when, and from which address. Types only.

export type AuditAction =
  | 'start'
  | 'login'
  | 'login_failed'
  | 'login_throttled'
  | 'logout'
  | 'logout_everywhere'
  | 'publish'
  | 'purge'
  | 'delete_message'
  | 'disconnect'
  | 'disconnect_user'
  | 'key_create'
  | 'key_revoke'

export interface Actor {
  /** `console`: a person at the command line; `nobody`: who has not shown who they are. */
  readonly kind: 'operator' | 'key' | 'console' | 'gateway' | 'nobody'
  readonly name: string
  readonly address?: string | undefined
}

/** One thing done. Never holds a secret: neither keys nor passwords, nor what somebody typed as a user. */
export interface Deed {
  readonly actor: Actor
  readonly action: AuditAction
  /** What it was done to: a channel, a connection, a user, a key. */
  readonly target?: string | undefined
  /** A few words more, for a person. */
  readonly detail?: string | undefined
}

export interface AuditEntry {
  /** Grows with every entry, and is never used again. */
  readonly id: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly kind: Actor['kind']
  readonly actor: string
  readonly address?: string
  readonly action: AuditAction
  readonly target?: string
  readonly detail?: string
  /** More than one: the same again and again, last at `lastTime`. */
  readonly count: number
  readonly lastTime?: number
}

export interface AuditQuery {
  /** Only entries with smaller ids. */
  readonly before?: number | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly limit: number
}

export interface AuditTrail {
  /** Records what was done. Never throws: what cannot be recorded goes to the gateway's own log. */
  note(deed: Deed): void
  /** Newest first. */
  read(query: AuditQuery): AuditEntry[]
}
