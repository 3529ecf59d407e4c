// The running configuration as the dashboard shows it: found by words, in groups, values as one writes them. Pure.

export interface Setting {
  readonly key: string
  readonly value: unknown
  readonly default: unknown
  readonly source: 'file' | 'environment' | 'generated' | 'default'
  readonly variable?: string
  readonly isChanged: boolean
  readonly why: string
}

export interface SettingsAnswer {
  readonly file: string | null
  readonly settings: readonly Setting[]
  readonly versions: { readonly gateway: string; readonly node: string; readonly sqlite: string }
  readonly platform: string
}

export interface SettingsGroup {
  /** The first part of the keys; empty for those that have one part. */
  readonly name: string
  readonly settings: readonly Setting[]
}

/** Those in which every word of the text occurs, by group; groups are in the order of the configuration. */
export function groupSettings(
  settings: readonly Setting[],
  { text, changedOnly }: { text: string; changedOnly: boolean },
): SettingsGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, Setting[]>([['', []]])
  for (const setting of settings) {
    const { key, why, value, variable = '' } = setting
    const hay = `${key} ${why} ${variable} ${JSON.stringify(value)}`.toLowerCase()
    if ((changedOnly && !setting.isChanged) || !words.every(word => hay.includes(word))) continue
    const name = key.includes('.') ? key.slice(0, key.indexOf('.')) : ''
    groups.set(name, [...(groups.get(name) ?? []), setting])
  }
  return [...groups].filter(([, held]) => held.length > 0).map(([name, held]) => ({ name, settings: held }))
}

/** A value as one writes it in YAML, in lines; none for what is not set. */
export function valueLines(value: unknown): readonly string[] {
  if (value === null) return []
  if (!Array.isArray(value)) return inline(value).split('\n')
  return value.length === 0 ? ['[]'] : value.map(item => `- ${inline(item)}`)
}

function inline(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(
      ([name, member]) =>
        `${name}: ${typeof member === 'object' && member !== null ? braced(member) : inline(member)}`,
    )
    .join(', ')
}

function braced(value: object): string {
  return Array.isArray(value) ? inline(value) : `{ ${inline(value)} }`
}
