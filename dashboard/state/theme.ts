// The chosen theme, remembered in this browser. `system` follows the operating system.

import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'twinwire-theme'

/** Counts up whenever colours may have changed: canvases have to be drawn again. */
export const paint = signal(0)
export const theme = signal<Theme>(remembered())

effect(() => {
  const chosen = theme.value
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  try {
    localStorage.setItem(KEY, chosen)
  } catch {
    // Storage can be forbidden: the choice lasts for this page.
  }
  paint.value = paint.peek() + 1
})

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  paint.value += 1
})

function remembered(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}
