// A designed state for a place that has nothing to show: empty, failed, or not there.

import type { ComponentChildren } from 'preact'

export function Notice(props: { kind: 'empty' | 'bad'; title: string; children?: ComponentChildren }) {
  return (
    <div class={`notice notice-${props.kind}`} role={props.kind === 'bad' ? 'alert' : 'status'}>
      <h2>{props.title}</h2>
      {props.children}
    </div>
  )
}
