// Whether single keys are listened to, remembered in this browser: who dictates types them without meaning to (WCAG 2.1.4).

import { effect, signal } from '@preact/signals'

const KEY = 'twinwire-keys'

export const areKeysOn = signal(remembered())

effect(() => {
  const isOn = areKeysOn.value
  try {
    if (isOn) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, 'off')
  } catch {
    // Storage can be forbidden: the choice lasts for this page.
  }
})

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}
