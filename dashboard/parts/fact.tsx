// One figure or word with its name, in a list of them (`dl`).

import type { ComponentChildren } from 'preact'

interface FactProps {
  term: string
  /** More, for who hovers. */
  title?: string | undefined
  /** What is not known yet, or not there, is a dash. */
  children: ComponentChildren
}

export function Fact({ term, title, children }: FactProps) {
  return (
    <div>
      <dt>{term}</dt>
      <dd title={title}>{children || '–'}</dd>
    </div>
  )
}
