// Listens for the keys of the whole dashboard, and shows which there are.

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pageLink } from '../place.ts'
import { areKeysOn } from '../state/keys-choice.ts'
import { mayWrite } from '../state/session.ts'
import type { Pressed, Shortcut } from '../state/shortcuts.ts'
import { PAGE_KEYS, shortcutOf } from '../state/shortcuts.ts'
import { Dialog } from './dialog.tsx'

const isListShown = signal(false)

export function Shortcuts() {
  const { route } = useLocation()
  useEffect(() => {
    let before: Pressed | null = null
    const onKey = (event: KeyboardEvent): void => {
      if (!areKeysOn.value || isTyping(event)) return
      const pressed = { key: event.key, time: event.timeStamp }
      const shortcut = shortcutOf(before, pressed)
      before = pressed
      if (!shortcut) return
      event.preventDefault()
      before = null
      follow(shortcut)
    }
    const follow = (shortcut: Shortcut): void => {
      if (shortcut.name === 'page') route(pageLink(shortcut.page))
      else if (shortcut.name === 'keys') isListShown.value = true
      else focusSearch()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [route])
  return isListShown.value ? <ShortcutList /> : null
}

/** Says that there are keys, to those who see the rail. */
export function KeysButton() {
  return (
    <button
      type="button"
      class="keys-button"
      aria-label="Keys"
      title="Keys"
      onClick={() => {
        isListShown.value = true
      }}
    >
      <kbd>?</kbd>
    </button>
  )
}

/** Keys belong to the field that has the focus, to an open dialog, and with Ctrl, Alt or Meta to the browser. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return true
  if (document.querySelector('dialog[open]')) return true
  const target = event.target as HTMLElement
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  field?.focus()
  field?.select()
}

function ShortcutList() {
  const pages = PAGE_KEYS.filter(({ page }) => page !== 'publish' || mayWrite.value)
  return (
    <Dialog
      title="Keys"
      onClose={() => {
        isListShown.value = false
      }}
    >
      <dl class="keys">
        <Keys keys={['/']} does="Search this page" />
        {pages.map(({ key, label }) => (
          <Keys key={key} keys={['g', key]} does={label} />
        ))}
        <Keys keys={['?']} does="Show this list" />
        <Keys keys={['Esc']} does="Close a dialog" />
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={event => {
            areKeysOn.value = event.currentTarget.checked
          }}
        />
        Listen to these keys
      </label>
    </Dialog>
  )
}

function Keys({ keys, does }: { keys: readonly string[]; does: string }) {
  return (
    <div>
      <dt>
        {keys.map(key => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  )
}
