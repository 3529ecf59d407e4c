// A window over the page. The browser keeps the focus inside and gives it back; Escape closes.

import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  children: ComponentChildren
  /** The buttons at the end; without any there is one that closes. */
  actions?: ComponentChildren
  /** To close from outside: `dialog.current?.close()`. */
  dialog?: RefObject<HTMLDialogElement | null>
  wide?: boolean
  /** After the browser has given the focus back to where it was. */
  onClose: () => void
}

export function Dialog({ title, children, actions, dialog, wide = false, onClose }: DialogProps) {
  const own = useRef<HTMLDialogElement>(null)
  const element = dialog ?? own
  const titleId = useId()
  useEffect(() => element.current?.showModal(), [element])
  return (
    <dialog
      ref={element}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onClose={onClose}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
      <div class="dialog-actions">
        {actions ?? (
          <button type="button" class="button" onClick={() => element.current?.close()}>
            Close
          </button>
        )}
      </div>
    </dialog>
  )
}
