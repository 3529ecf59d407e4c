// One glance: is it healthy, and if not, why.

import type { Stats } from '../../shared/stats.ts'
import { formatDuration } from '../format.ts'
import { Fact } from '../parts/fact.tsx'
import { liveness } from '../parts/link-state.tsx'
import { Status } from '../parts/status.tsx'
import { When } from '../parts/when.tsx'
import type { HealthKind } from '../state/health.ts'
import { describeWell, findTrouble, worstOf } from '../state/health.ts'
import type { Series } from '../state/series.ts'

const WORDS: Record<HealthKind, string> = { good: 'Healthy', warn: 'Needs a look', bad: 'In trouble' }

export function HealthPanel({ stats, seconds }: { stats: Stats | null; seconds: Series }) {
  if (!stats) return <section class="panel health" aria-busy="true" aria-label="Health" />
  const findings = findTrouble(stats, seconds)
  const kind = worstOf(findings)
  const { problem } = stats
  return (
    <section class={`panel health health-${kind}`} aria-label="Health">
      <div class="health-verdict">
        <p class="health-word">
          <Status kind={kind}>
            {liveness() === 'live' ? WORDS[kind] : `Last seen: ${WORDS[kind].toLowerCase()}`}
          </Status>
        </p>
        {findings.length === 0 ? (
          <p class="quiet">{describeWell(stats, seconds)}</p>
        ) : (
          <ul class="findings">
            {findings.map(({ words }) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        )}
      </div>
      <dl class="health-facts">
        <Fact term="Up for">{formatDuration(stats.uptimeMs)}</Fact>
        <Fact term="Version">{stats.version}</Fact>
        <Fact term="Last problem" title={problem?.message}>
          {problem ? <When time={problem.time} /> : 'none since start'}
        </Fact>
      </dl>
    </section>
  )
}
