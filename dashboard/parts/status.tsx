// How something is, in a word; shape and colour say it again for the eye.

import type { ComponentChildren } from 'preact'

export type StatusKind = 'good' | 'warn' | 'bad' | 'note'

export function Status({ kind, children }: { kind: StatusKind; children: ComponentChildren }) {
  return <span class={`status status-${kind}`}>{children}</span>
}
