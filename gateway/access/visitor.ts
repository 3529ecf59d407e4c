// Who is at the door, before anybody asks for a credential. Types only.

/** A Fastify request fits. */
export interface Visitor {
  readonly ip: string
  readonly headers: {
    readonly 'x-forwarded-for'?: string | readonly string[] | undefined
    readonly [name: string]: string | readonly string[] | undefined
  }
}
