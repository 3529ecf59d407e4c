// Who may do what: keys, rules, tokens, and the record of what was done.

import { PageHead } from '../parts/page-head.tsx'

export function AccessPage() {
  return (
    <div class="page">
      <PageHead title="Access" />
    </div>
  )
}
