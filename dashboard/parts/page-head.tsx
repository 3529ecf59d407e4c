// The head of a page: its name, what belongs beside it, what can be done or where to go at its end; the window's title.

import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** Characters; a channel's name may have 200, and must leave room for what it carries. */
const LONG = 48

interface PageHeadProps {
  title: string
  children?: ComponentChildren
  end?: ComponentChildren
}

export function PageHead({ title, children, end }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Twinwire`
  }, [title])
  return (
    <div class="page-head">
      <h1 class={title.length > LONG ? 'long' : ''}>{title}</h1>
      {children}
      {end && <div class="head-end">{end}</div>}
    </div>
  )
}
