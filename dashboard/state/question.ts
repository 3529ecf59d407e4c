// A question to the gateway's explainer, as the address holds it. A token is no part of it: addresses are written down.
// Pure.

export const ACTIONS = ['subscribe', 'publish', 'read', 'presence'] as const
export type Action = (typeof ACTIONS)[number]

export const WHO = ['anybody', 'user', 'key', 'token'] as const
export type Who = (typeof WHO)[number]

export interface Question {
  readonly action: Action
  readonly channel: string
  readonly who: Who
  /** The user, or the name of the key. */
  readonly name: string
  readonly token: string
}

export interface Explanation {
  readonly allowed: boolean
  readonly code?: string
  readonly rule: { readonly match: string; readonly index: number | null }
  readonly grant?: string
  readonly reason: string
}

export function questionOf(query: Readonly<Record<string, string>>): Question {
  return {
    action: ACTIONS.find(action => action === query.action) ?? 'subscribe',
    channel: query.channel ?? '',
    who: WHO.find(who => who === query.who) ?? 'anybody',
    name: query.name ?? '',
    token: '',
  }
}

export function questionQuery({ action, channel, who, name }: Question): Record<string, string> {
  const named = who === 'user' || who === 'key' ? { name } : {}
  return { action, channel, ...(who !== 'anybody' && { who }), ...named }
}

/** Whether there is enough of it to ask. */
export function isWhole({ channel, who, name, token }: Question): boolean {
  if (channel === '') return false
  return who === 'token' ? token.trim() !== '' : who === 'anybody' || name !== ''
}

export function questionBody({ action, channel, who, name, token }: Question): string {
  const by = who === 'anybody' ? {} : { [who]: who === 'token' ? token.trim() : name }
  return JSON.stringify({ action, channel, ...by })
}
