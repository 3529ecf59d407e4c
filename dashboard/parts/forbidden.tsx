// What a viewer finds where only operators may act.

import { Notice } from './notice.tsx'
import { PageHead } from './page-head.tsx'

/** A whole page; `act` completes "sign in as an operator to …". */
export function Forbidden({ title, act }: { title: string; act: string }) {
  return (
    <div class="page">
      <PageHead title={title} />
      <Notice kind="empty" title="You are signed in as a viewer">
        <p>Viewers see everything and change nothing: sign in as an operator to {act}.</p>
      </Notice>
    </div>
  )
}
