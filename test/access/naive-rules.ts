// The rules of channels and grants (N1–N3, §8) a second time, from the protocol's words and as simply as they can be
// written: what the gateway decides is compared with this. Knows no code of the gateway.

export type Code = 'bad_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'unavailable'

export interface Rule {
  readonly match: string
  readonly subscribe: 'anyone' | 'user' | 'granted'
  readonly publish: 'nobody' | 'subscribers' | 'user' | 'granted'
}

/** What the configuration says. */
export interface World {
  readonly rules: readonly Rule[]
  readonly everyone: readonly string[]
}

export type Who =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'client'
      readonly user: string | null
      readonly subscribe: readonly string[]
      readonly publish: readonly string[]
      /** The application sees nobody in particular: grants without a credential. */
      readonly isNobody?: boolean
    }
  | {
      readonly kind: 'key'
      readonly publish: readonly string[]
      readonly read: boolean
      readonly admin: boolean
    }
  | { readonly kind: 'operator'; readonly mayWrite: boolean }

const FORBIDDEN_IN_NAMES = '"\\,*<>`{}|^'

/** N1: 1–200 characters of printable ASCII but for some. */
export function isName(text: string): boolean {
  if (text.length < 1 || text.length > 200) return false
  return [...text].every(letter => letter >= '!' && letter <= '~' && !FORBIDDEN_IN_NAMES.includes(letter))
}

/** N3: `*` stands for any characters, none included; tried out letter by letter. */
export function matches(pattern: string, name: string): boolean {
  if (pattern === '') return name === ''
  if (pattern[0] === '*')
    return matches(pattern.slice(1), name) || (name !== '' && matches(pattern, name.slice(1)))
  return pattern[0] === name[0] && matches(pattern.slice(1), name.slice(1))
}

const matchesAny = (patterns: readonly string[], name: string) =>
  patterns.some(pattern => matches(pattern, name))

/** N2: every byte that cannot stand in a name, and `%` itself, as `%` and two digits. */
export function personal(user: string): string {
  const letters = Array.from(Buffer.from(user, 'utf8'), byte => {
    const letter = String.fromCharCode(byte)
    return isName(letter) && letter !== '%' ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return `@${letters.join('')}`
}

/** N3: the first rule that fits; for personal channels only those that begin with `@`, for others only the others. */
function ruleOf(name: string, { rules }: World): Pick<Rule, 'subscribe' | 'publish'> {
  const isPersonal = name[0] === '@'
  for (const rule of rules) {
    if ((rule.match[0] === '@') === isPersonal && matches(rule.match, name)) return rule
  }
  return { subscribe: 'granted', publish: 'nobody' }
}

const userOf = (who: Who): string | null => (who.kind === 'client' ? who.user : null)

/** S8: without any credential it is 401, with one that does not suffice 403. */
export function lacking(who: Who): Code {
  return who.kind === 'anonymous' || (who.kind === 'client' && who.isNobody) ? 'unauthorized' : 'forbidden'
}

/** Whether somebody receives a channel: `null`, or why not (N2, N3, §6). */
export function receive(who: Who, name: string, world: World): Code | null {
  if (world.everyone.includes(name) || who.kind === 'operator') return null
  if (name[0] === '$') return lacking(who)
  if (who.kind === 'key') return who.read || who.admin ? null : 'forbidden'
  const user = userOf(who)
  if (name[0] === '@') return user !== null && name === personal(user) ? null : lacking(who)
  const { subscribe } = ruleOf(name, world)
  if (subscribe === 'anyone') return null
  if (subscribe === 'user') return user !== null ? null : lacking(who)
  return who.kind === 'client' && matchesAny(who.subscribe, name) ? null : lacking(who)
}

/** Whether somebody publishes to a channel, `subscribed` on the same connection or not (N2, N3, §6). */
export function publish(who: Who, name: string, subscribed: boolean, world: World): Code | null {
  if (name[0] === '$') return 'forbidden'
  if (who.kind === 'operator') return who.mayWrite ? null : 'forbidden'
  if (who.kind === 'key') return matchesAny(who.publish, name) ? null : 'forbidden'
  const rule = ruleOf(name, world)
  if (rule.publish === 'nobody') return 'forbidden'
  if (rule.publish === 'subscribers') return subscribed ? null : 'forbidden'
  if (rule.publish === 'user') return userOf(who) !== null ? null : lacking(who)
  // N2: no pattern of a client matches a leading `@`.
  const isGranted = who.kind === 'client' && name[0] !== '@' && matchesAny(who.publish, name)
  return isGranted ? null : lacking(who)
}
