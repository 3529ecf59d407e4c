// A dialog that asks before something is done that others will feel.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { explain } from '../state/request.ts'

interface ConfirmProps {
  title: string
  action: string
  children: ComponentChildren
  /** Rejections are shown in the dialog, which stays. */
  onConfirm: () => Promise<void>
  /** After the browser has given the focus back to where it was. */
  onClose: () => void
}

export function Confirm({ title, action, children, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])

  async function confirm(): Promise<void> {
    if (busy) return
    setBusy(true)
    try {
      await onConfirm()
      dialog.current?.close()
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
    }
  }

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="button button-danger" aria-busy={busy} onClick={() => void confirm()}>
          {action}
        </button>
      </div>
    </dialog>
  )
}
