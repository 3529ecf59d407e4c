// The words of the access table: who comes, where the credential stands, for which channel, to do what. Knows no answer.

/** What somebody shows. `ann` is the user of every client. */
export const CREDENTIALS = [
  'nothing',
  'token of a user',
  'token of a user, with grants',
  'token without a user, with grants',
  'expired token',
  'token of another secret',
  'token with alg none',
  'API key that publishes',
  'API key that reads',
  'API key of an administrator',
  'revoked API key',
  'session of an operator',
  'session of a viewer',
] as const

/** What somebody shows to a gateway whose application decides: only the application's own session. */
export const HOOKED = [
  'application: nobody',
  'application: a user',
  'application: a user, with grants',
  'application: 401',
  'application: 403',
  'application: no answer',
] as const

export type Credential = (typeof CREDENTIALS)[number] | (typeof HOOKED)[number]

/** Where it stands. A cookie comes with the page that sends it; the other places without any page. */
export const PLACES = [
  'header',
  'subprotocol',
  'query',
  'cookie, own page',
  'cookie, page of a development server',
  'cookie, foreign page',
  'cookie, own page without CSRF token',
] as const

export type Place = (typeof PLACES)[number]

/** Where an application's session can stand. */
export const COOKIE_PLACES: readonly Place[] = PLACES.filter(
  place => place.startsWith('cookie') && !place.includes('CSRF'),
)

/** The rules of the gateway that is asked, and what the tokens and keys grant. */
export const RULES = [
  { match: 'public:*', subscribe: 'anyone', publish: 'nobody' },
  { match: 'talk:*', subscribe: 'anyone', publish: 'subscribers', presence: true },
  { match: 'users:*', subscribe: 'user', publish: 'user' },
  { match: '*', subscribe: 'granted', publish: 'granted' },
] as const
export const EVERYONE = 'news'
export const GRANTED = ['orders:*']
/** Patterns that reach for what no client may have: they come with the grants of every token that has some. */
export const OVERREACHING = ['@*', '@bob', '$*', '$stats']

/** One channel of each kind. */
export const KINDS = {
  public: 'public:a',
  talk: 'talk:a',
  users: 'users:a',
  granted: 'orders:1',
  'not granted': 'secret:1',
  'given to everyone': EVERYONE,
  'personal, own': '@ann',
  "personal, another's": '@bob',
  "the gateway's": '$stats',
  'no name': 'a b',
} as const

export type Kind = keyof typeof KINDS

/** What is tried, and over what. `connect` asks for the channel in the URL. */
export const CALLS = [
  'ws connect',
  'ws publish',
  'ws subscribe',
  'ws publish, subscribed',
  'ws history',
  'ws presence',
  'sse connect',
  'http publish',
  'http channel',
  'http history',
  'http presence',
  'http purge',
  'http delete',
] as const

export type Call = (typeof CALLS)[number]

/** One cell of the table, but for what the gateway answers. */
export interface Cell {
  readonly credential: Credential
  readonly place: Place
  readonly kind: Kind
  readonly call: Call
}

/** Who shows what where: the rows. A session can do without its CSRF token, nothing else has one. */
export function rows(hooked: boolean): { credential: Credential; place: Place }[] {
  const credentials: readonly Credential[] = hooked ? HOOKED : CREDENTIALS
  const places = hooked ? COOKIE_PLACES : PLACES
  return credentials.flatMap(credential =>
    places
      .filter(place => !place.includes('CSRF') || credential.startsWith('session'))
      .map(place => ({ credential, place })),
  )
}

/** What every row is asked. */
export const CELLS_A_ROW = CALLS.length * Object.keys(KINDS).length

export function nameOf({ credential, place, kind, call }: Cell): string {
  return `${credential} | ${place} | ${kind} | ${call}`
}
