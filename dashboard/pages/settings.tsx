// What the gateway runs with.

import { PageHead } from '../parts/page-head.tsx'

export function SettingsPage() {
  return (
    <div class="page">
      <PageHead title="Settings" />
    </div>
  )
}
