// A filter field whose text lives in the address, so that a filtered view can be shared and reloaded.

import { useLocation } from 'preact-iso'
import type { PageName } from '../page-name.ts'
import { pageLink } from '../place.ts'
import { Icon } from './icon.tsx'

export function Search({ page, label, hint }: { page: PageName; label: string; hint: string }) {
  const { query, route } = useLocation()
  return (
    <search class="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        placeholder={hint}
        value={query.q ?? ''}
        autocomplete="off"
        spellcheck={false}
        onInput={event => route(pageLink(page, { ...query, q: event.currentTarget.value }), true)}
      />
    </search>
  )
}
