// The publish form: its fields, and a JSON editor that says where the text goes wrong.

import { useRef } from 'preact/hooks'
import { findJsonFault } from '../state/json-fault.ts'
import { reindent } from '../state/json-layout.ts'
import type { Draft } from '../state/publication.ts'
import { ttlFault } from '../state/publication.ts'

interface FormProps {
  draft: Draft
  onChange: (draft: Draft) => void
  valid: boolean
  busy: boolean
  onSend: () => void
}

export function PublishForm({ draft, onChange, valid, busy, onSend }: FormProps) {
  const set = (name: keyof Draft) => (value: string) => onChange({ ...draft, [name]: value })
  return (
    <form
      class="panel publish-form"
      onSubmit={event => {
        event.preventDefault()
        if (valid) onSend()
      }}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && valid) onSend()
      }}
    >
      <div class="fields">
        <Field label="Channel" value={draft.channel} hint="public:demo" onInput={set('channel')} required />
        <Field label="Event" note="optional" value={draft.event} hint="order.paid" onInput={set('event')} />
      </div>
      <JsonEditor value={draft.data} onInput={set('data')} />
      <div class="fields">
        <Field
          label="Idempotency key"
          note="optional"
          value={draft.key}
          hint="order-4711"
          onInput={set('key')}
        />
        <Field
          label="Time to live, seconds"
          note="optional"
          value={draft.ttl}
          hint="3600"
          fault={ttlFault(draft.ttl)}
          onInput={set('ttl')}
        />
      </div>
      <div class="form-actions">
        <button type="submit" class="button button-main" disabled={!valid} aria-busy={busy}>
          {busy ? 'Publishing…' : 'Publish'}
        </button>
        <span class="faint">Ctrl + Enter</span>
      </div>
    </form>
  )
}

interface FieldProps {
  label: string
  value: string
  hint: string
  note?: string
  fault?: string | null
  required?: boolean
  onInput: (value: string) => void
}

function Field({ label, value, hint, note, fault = null, required = false, onInput }: FieldProps) {
  return (
    <label class="field">
      <span>
        {label} {note && <em>{note}</em>}
      </span>
      <input
        value={value}
        placeholder={hint}
        required={required}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={fault !== null}
        onInput={event => onInput(event.currentTarget.value)}
      />
      {fault && <span class="field-fault">{fault}</span>}
    </label>
  )
}

function JsonEditor({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const fault = findJsonFault(value)

  function show(): void {
    if (!fault || !area.current) return
    area.current.focus()
    area.current.setSelectionRange(fault.offset, fault.offset + 1)
  }

  return (
    <div class="field">
      <div class="field-head">
        <label for="publish-data">Data, JSON</label>
        <button
          type="button"
          class="link-button"
          disabled={fault !== null}
          onClick={() => onInput(reindent(value))}
        >
          Format
        </button>
      </div>
      <textarea
        id="publish-data"
        ref={area}
        class="editor"
        rows={12}
        spellcheck={false}
        autocapitalize="none"
        aria-invalid={fault !== null}
        aria-describedby="publish-data-fault"
        value={value}
        onInput={event => onInput(event.currentTarget.value)}
      />
      <p id="publish-data-fault" class="editor-state" role="status">
        {fault ? (
          <button type="button" class="link-button field-fault" onClick={show}>
            Line {fault.line}, column {fault.column}: {fault.message}
          </button>
        ) : (
          <span class="faint">Valid JSON · {new TextEncoder().encode(value.trim()).length} bytes</span>
        )}
      </p>
    </div>
  )
}
