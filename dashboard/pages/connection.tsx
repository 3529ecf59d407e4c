// One connection: who it is, what it reads, and how far it has come.

import { PageHead } from '../parts/page-head.tsx'

export function ConnectionPage({ id }: { id: string }) {
  return (
    <div class="page">
      <PageHead title={`Connection ${id}`} />
    </div>
  )
}
