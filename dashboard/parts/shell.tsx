// The frame around every page: the wires, the navigation, who is signed in, the state of the link.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { PageName } from '../page-name.ts'
import { pageLink } from '../place.ts'
import { mayWrite, signOut } from '../state/session.ts'
import type { Theme } from '../state/theme.ts'
import { theme } from '../state/theme.ts'
import { Icon } from './icon.tsx'
import { LinkBanner, LinkState, liveness } from './link-state.tsx'
import { Logo } from './logo.tsx'
import { KeysButton, Shortcuts } from './shortcuts.tsx'

interface NavigationEntry {
  readonly page: PageName
  readonly label: string
  /** The pages that stand below it. */
  readonly covers?: PageName
}

const PAGES: readonly NavigationEntry[] = [
  { page: '', label: 'Overview' },
  { page: 'connections', label: 'Connections', covers: 'connection' },
  { page: 'channels', label: 'Channels', covers: 'channel' },
  { page: 'publish', label: 'Publish' },
]

/** Behind `More` where the bar has no room for them. */
const MORE_PAGES: readonly NavigationEntry[] = [
  { page: 'events', label: 'Events' },
  { page: 'access', label: 'Access' },
  { page: 'settings', label: 'Settings' },
]

export function Shell({ user, page, children }: { user: string; page: string; children: ComponentChildren }) {
  const state = liveness()
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <div class={`wires wires-${state}`} aria-hidden="true" />
      <header class="rail">
        <a class="brand" href={pageLink('')} aria-label="Twinwire, overview">
          <Logo size={20} />
          <span>Twinwire</span>
        </a>
        <Navigation page={page} />
        <LinkState />
        <div class="rail-end">
          <div class="rail-tools">
            <ThemeSwitch />
            <KeysButton />
          </div>
          <div class="who">
            <span class="who-name" title={user}>
              {user}
            </span>
            <button type="button" class="link-button" onClick={() => void signOut()}>
              Sign out
            </button>
          </div>
        </div>
      </header>
      <LinkBanner />
      <main id="main" tabIndex={-1} class={state === 'live' ? '' : 'main-stale'}>
        {children}
      </main>
      <Shortcuts />
    </div>
  )
}

function Navigation({ page }: { page: string }) {
  const more = useRef<HTMLDivElement>(null)
  useEffect(() => more.current?.hidePopover(), [page])
  const isMore = MORE_PAGES.some(each => each.page === page)
  return (
    <nav class="nav" aria-label="Pages">
      {PAGES.filter(each => each.page !== 'publish' || mayWrite.value).map(each => (
        <PageLink key={each.page} entry={each} page={page} />
      ))}
      <button
        type="button"
        class={isMore ? 'nav-more nav-more-current' : 'nav-more'}
        popovertarget="more-pages"
      >
        <Icon name="more" />
        <span>More</span>
      </button>
      {/* On wide screens the stylesheet shows it always, in the row of the others. */}
      <div ref={more} id="more-pages" class="nav-rest" popover="auto">
        {MORE_PAGES.map(each => (
          <PageLink key={each.page} entry={each} page={page} />
        ))}
      </div>
    </nav>
  )
}

function PageLink({ entry, page }: { entry: NavigationEntry; page: string }) {
  const isHere = page === entry.page || page === entry.covers
  return (
    <a href={pageLink(entry.page)} aria-current={isHere ? 'page' : undefined}>
      <Icon name={entry.page || 'overview'} />
      <span>{entry.label}</span>
    </a>
  )
}

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const THEME_LABEL: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
  const current = theme.value
  return (
    <button
      type="button"
      class="theme-switch"
      aria-label={`Theme: ${THEME_LABEL[current]}. Change to ${THEME_LABEL[NEXT_THEME[current]]}`}
      title={`Theme: ${THEME_LABEL[current]}`}
      onClick={() => {
        theme.value = NEXT_THEME[current]
      }}
    >
      <Icon name={current} />
      <span>{THEME_LABEL[current]}</span>
    </button>
  )
}
