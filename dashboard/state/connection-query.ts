// What the address of the list of connections says, and what is asked of the gateway for it. Pure.

export const DEFAULT_SORT = '-since'

/** Filters as they stand in the address; `q` are the words. */
export const FILTERS = ['q', 'user', 'channel', 'address', 'transport'] as const

export type Filters = Partial<Record<string, string>>

/** The query of `GET /api/connections`, without the page. */
export function connectionQuery(filters: Filters): string {
  const query = new URLSearchParams()
  for (const name of FILTERS) {
    const text = filters[name]?.trim()
    if (text) query.set(name === 'q' ? 'text' : name, text)
  }
  query.set('sort', filters.sort || DEFAULT_SORT)
  return query.toString()
}

export function isFiltered(filters: Filters): boolean {
  return FILTERS.some(name => filters[name]?.trim())
}
