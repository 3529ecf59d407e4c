// A few choices side by side, of which the pressed ones count.

import type { ComponentChildren } from 'preact'

/** `label` names them for those who do not see what they stand beside. */
export function Choices({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <fieldset class="choices">
      <legend class="unseen">{label}</legend>
      {children}
    </fieldset>
  )
}

export function Choice({ label, isOn, onClick }: { label: string; isOn: boolean; onClick: () => void }) {
  return (
    <button type="button" class="choice" aria-pressed={isOn} onClick={onClick}>
      {label}
    </button>
  )
}
