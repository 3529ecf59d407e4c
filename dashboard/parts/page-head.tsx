// The head of a page: its name, what belongs beside it, and the window's title.

import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** Characters; a channel's name may have 200, and must leave room for what it carries. */
const LONG = 48

export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Twinwire`
  }, [title])
  return (
    <div class="page-head">
      <h1 class={title.length > LONG ? 'long' : ''}>{title}</h1>
      {children}
    </div>
  )
}
