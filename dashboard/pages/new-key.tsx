// Makes an API key, and shows it for the only time.

import { useRef, useState } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/field.tsx'
import type { KeyDraft } from '../state/api-keys.ts'
import { EMPTY_KEY, keyBody, keyFault } from '../state/api-keys.ts'
import { explain, request } from '../state/request.ts'

interface NewKeyProps {
  onMade: (name: string) => void
  onClose: () => void
}

export function NewKey({ onMade, onClose }: NewKeyProps) {
  const [made, setMade] = useState<{ name: string; key: string } | null>(null)
  if (made) return <MadeKey name={made.name} secret={made.key} onClose={onClose} />
  return (
    <KeyForm
      onMade={key => {
        setMade(key)
        onMade(key.name)
      }}
      onClose={onClose}
    />
  )
}

function KeyForm(props: { onMade: (made: { name: string; key: string }) => void; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [draft, setDraft] = useState(EMPTY_KEY)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const fault = keyFault(draft)
  const set = (change: Partial<KeyDraft>) => setDraft({ ...draft, ...change })

  async function make(): Promise<void> {
    if (busy || fault !== null) return
    setBusy(true)
    try {
      props.onMade(await request<{ name: string; key: string }>('POST', 'keys', keyBody(draft)))
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
    }
  }

  const actions = (
    <>
      <button type="button" class="button" onClick={() => dialog.current?.close()}>
        Cancel
      </button>
      <button
        type="submit"
        form="new-key"
        class="button button-main"
        disabled={fault !== null}
        aria-busy={busy}
      >
        Make the key
      </button>
    </>
  )
  return (
    <Dialog title="New API key" dialog={dialog} actions={actions} onClose={props.onClose}>
      <form
        id="new-key"
        class="dialog-form"
        onSubmit={event => {
          event.preventDefault()
          void make()
        }}
      >
        <Field label="Name" hint="shop" value={draft.name} onInput={name => set({ name })} />
        <Field
          label="Publishes to"
          note="patterns, * for any characters"
          hint="orders:* news"
          value={draft.publish}
          onInput={publish => set({ publish })}
        />
        <Check label="Reads all channels" isOn={draft.read} onChange={read => set({ read })} />
        <Check
          label="Does what operators do"
          note="purge, disconnect, make keys"
          isOn={draft.admin}
          onChange={admin => set({ admin })}
        />
        <Field
          label="Messages a second"
          note="empty: no rate"
          hint="100"
          value={draft.rate}
          onInput={rate => set({ rate })}
        />
        <p class={problem ? 'problem' : 'faint'} role={problem ? 'alert' : 'status'}>
          {problem || (fault ?? 'What is not said here, the key may not do.')}
        </p>
      </form>
    </Dialog>
  )
}

function Check(props: { label: string; note?: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={event => props.onChange(event.currentTarget.checked)}
      />
      <span>
        {props.label} {props.note && <em>{props.note}</em>}
      </span>
    </label>
  )
}

function MadeKey({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <Dialog title={`The key ${name}`} onClose={onClose}>
      <p>
        This is the only time it is shown: copy it now to where your backend finds it. The gateway keeps a
        hash alone.
      </p>
      <p class="secret">
        <code>{secret}</code>
        <CopyButton text={secret} label={`Copy the key ${name}`} />
      </p>
      <p class="quiet">
        Backends send it as <code>Authorization: Bearer …</code>
      </p>
    </Dialog>
  )
}
