// A dialog that asks before something is done that others will feel.

import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { explain } from '../state/request.ts'
import { Dialog } from './dialog.tsx'

interface ConfirmProps {
  title: string
  action: string
  children: ComponentChildren
  /** For what cannot be undone: the word to type before the action is offered. */
  typed?: string
  /** What it was opened from goes with what is done, and the focus would go with it: the page gets it. */
  endsOpener?: boolean
  /** Rejections are shown in the dialog, which stays. */
  onConfirm: () => Promise<void>
  /** After the browser has given the focus back to where it was. */
  onClose: () => void
}

export function Confirm(props: ConfirmProps) {
  const { title, action, children, typed, onConfirm } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const [word, setWord] = useState('')
  const isDone = useRef(false)

  async function confirm(): Promise<void> {
    if (busy) return
    setBusy(true)
    try {
      await onConfirm()
      isDone.current = true
      dialog.current?.close()
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
    }
  }

  function onClose(): void {
    props.onClose()
    if (isDone.current && props.endsOpener) document.getElementById('main')?.focus({ preventScroll: true })
  }

  const actions = (
    <>
      <button type="button" class="button" onClick={() => dialog.current?.close()}>
        Cancel
      </button>
      <button
        type="button"
        class="button button-danger"
        aria-busy={busy}
        disabled={typed !== undefined && word !== typed}
        onClick={() => void confirm()}
      >
        {action}
      </button>
    </>
  )
  return (
    <Dialog title={title} dialog={dialog} actions={actions} onClose={onClose}>
      {children}
      {typed !== undefined && <TypedWord word={typed} value={word} onInput={setWord} />}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  )
}

function TypedWord(props: { word: string; value: string; onInput: (value: string) => void }) {
  const id = useId()
  return (
    <div class="field dialog-typed">
      <label for={id}>
        Type <code>{props.word}</code> to confirm
      </label>
      <input
        id={id}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
    </div>
  )
}
