// A channel rule in the words of a table. Pure.

import { formatBytes, formatCount, formatDuration } from '../format.ts'

export interface RuleView {
  readonly match: string
  readonly subscribe: 'anyone' | 'user' | 'granted'
  readonly publish: 'nobody' | 'subscribers' | 'user' | 'granted'
  readonly history: { readonly messages: number; readonly ageMs: number; readonly bytes?: number } | false
  readonly presence: boolean
  readonly maxMessageBytes?: number
}

export const SUBSCRIBE_WORDS: Readonly<Record<RuleView['subscribe'], string>> = {
  anyone: 'anyone',
  user: 'any user',
  granted: 'who is granted it',
}

export const PUBLISH_WORDS: Readonly<Record<RuleView['publish'], string>> = {
  nobody: 'no client',
  subscribers: 'subscribers',
  user: 'any user',
  granted: 'who is granted it',
}

export function historyWords(history: RuleView['history']): string {
  if (!history) return 'none'
  const age = formatDuration(history.ageMs).replace(/ 0 \S+$/, '')
  const bytes = history.bytes === undefined ? '' : `, ${formatBytes(history.bytes)}`
  return `${formatCount(history.messages)} messages, ${age}${bytes}`
}
