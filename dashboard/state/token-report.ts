// What the gateway says of a client's token, and how its claims read. Pure.

export interface TokenReport {
  readonly valid: boolean
  readonly code?: string
  readonly reason: string
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970. */
  readonly expires?: number
}

export interface Claim {
  readonly name: string
  readonly value: string
  /** What it means to the gateway; empty for claims that it does not look at. */
  readonly meaning: string
  /** Of claims that are moments, in milliseconds since 1970. */
  readonly time?: number
}

const MEANINGS: Readonly<Record<string, string>> = {
  sub: 'the user',
  exp: 'ends',
  nbf: 'counts from',
  iat: 'issued',
  iss: 'issued by',
  aud: 'meant for',
  subscribe: 'may receive',
  publish: 'may publish to',
  info: 'shown to others in presence',
}
const MOMENTS = new Set(['exp', 'nbf', 'iat'])
/** 9999-12-31; what is later is no second since 1970. */
const LAST_SECOND = 253_402_300_799

/** The claims, those that the gateway knows first. */
export function claimsOf({ claims = {} }: TokenReport): Claim[] {
  const known = Object.keys(MEANINGS).filter(name => Object.hasOwn(claims, name))
  const others = Object.keys(claims).filter(name => !Object.hasOwn(MEANINGS, name))
  return [...known, ...others].map(name => {
    const value = claims[name]
    const isMoment = MOMENTS.has(name) && typeof value === 'number' && Math.abs(value) <= LAST_SECOND
    return {
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      meaning: MEANINGS[name] ?? '',
      ...(isMoment && { time: (value as number) * 1000 }),
    }
  })
}
