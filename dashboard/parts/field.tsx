// A labelled line of text in a form, with what is wrong with it.

import type { ComponentChildren } from 'preact'

interface FieldProps {
  label: string
  value: string
  hint: string
  note?: string
  fault?: string | null
  required?: boolean
  readOnly?: boolean
  /** Id of a `datalist` that completes it. */
  list?: string
  inputMode?: 'numeric'
  onInput: (value: string) => void
  children?: ComponentChildren
}

export function Field({ label, value, hint, note, fault = null, onInput, children, ...more }: FieldProps) {
  return (
    <label class="field">
      <span>
        {label} {note && <em>{note}</em>}
      </span>
      <input
        type="text"
        {...more}
        value={value}
        placeholder={hint}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={fault !== null}
        onInput={event => onInput(event.currentTarget.value)}
      />
      {children}
      {fault && <span class="field-fault">{fault}</span>}
    </label>
  )
}
