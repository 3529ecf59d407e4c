// The publish form: what to send, and where.

import { ChannelField } from '../parts/channel-field.tsx'
import { Field } from '../parts/field.tsx'
import { JsonEditor } from '../parts/json-editor.tsx'
import type { Draft } from '../state/publication.ts'
import { channelFault, ttlFault } from '../state/publication.ts'

interface FormProps {
  draft: Draft
  /** The channel is given, on its own page. */
  isChannelFixed: boolean
  onChange: (draft: Draft) => void
  valid: boolean
  busy: boolean
  onSend: () => void
}

export function PublishForm({ draft, isChannelFixed, onChange, valid, busy, onSend }: FormProps) {
  const set = (name: keyof Draft) => (value: string) => onChange({ ...draft, [name]: value })
  return (
    <form
      class="panel publish-form"
      onSubmit={event => {
        event.preventDefault()
        if (valid) onSend()
      }}
      onKeyDown={event => {
        if (event.key !== 'Enter') return
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault()
          if (valid) onSend()
        } else if (event.target instanceof HTMLInputElement) {
          // It takes a completion; what is half written must not go out to everyone by it.
          event.preventDefault()
        }
      }}
    >
      <div class="fields">
        <ChannelField
          value={draft.channel}
          readOnly={isChannelFixed}
          fault={channelFault(draft.channel)}
          onInput={set('channel')}
        />
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
        <span class="faint for-keys">Ctrl + Enter</span>
      </div>
    </form>
  )
}
