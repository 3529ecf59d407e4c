// The head of a page: its name, what belongs beside it, and the window's title.

import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Twinwire`
  }, [title])
  return (
    <div class="page-head">
      <h1>{title}</h1>
      {children}
    </div>
  )
}
