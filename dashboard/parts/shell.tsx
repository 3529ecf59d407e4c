// The frame around every page: the wires, the navigation, who is signed in, the state of the link.

import type { ComponentChildren } from 'preact'
import type { PageName } from '../place.ts'
import { pageLink } from '../place.ts'
import { mayWrite, signOut } from '../state/session.ts'
import type { Theme } from '../state/theme.ts'
import { theme } from '../state/theme.ts'
import { Icon } from './icon.tsx'
import { LinkBanner, LinkState, liveness } from './link-state.tsx'
import { Logo } from './logo.tsx'

const PAGES: readonly { page: PageName; label: string; covers: readonly string[] }[] = [
  { page: '', label: 'Overview', covers: [''] },
  { page: 'connections', label: 'Connections', covers: ['connections'] },
  { page: 'channels', label: 'Channels', covers: ['channels', 'channel'] },
  { page: 'publish', label: 'Publish', covers: ['publish'] },
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
        <nav class="nav" aria-label="Pages">
          {PAGES.filter(each => each.page !== 'publish' || mayWrite.value).map(each => (
            <a
              key={each.page}
              href={pageLink(each.page)}
              aria-current={each.covers.includes(page) ? 'page' : undefined}
            >
              <Icon name={each.page || 'overview'} />
              <span>{each.label}</span>
            </a>
          ))}
        </nav>
        <LinkState />
        <div class="rail-end">
          <ThemeSwitch />
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
    </div>
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
