// Where operators' sessions are kept, so that a restart signs nobody out. Holds nothing to sign in with. Types only.

export interface StoredSession {
  /** SHA-256 of the session's id, in hexadecimal. */
  readonly digest: string
  readonly user: string
  /** Ties the session to the password it was opened with. */
  readonly seal: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** Every method throws when the storage fails. */
export interface SessionStore {
  list(): StoredSession[]
  /** Keeps or forgets (`null`) sessions by their digest, all or none. */
  save(changes: ReadonlyMap<string, StoredSession | null>): void
}
