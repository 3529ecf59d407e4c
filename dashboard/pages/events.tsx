// What has happened: who came, who went and why, what was refused, and what went wrong.

import { PageHead } from '../parts/page-head.tsx'

export function EventsPage() {
  return (
    <div class="page">
      <PageHead title="Events" />
    </div>
  )
}
