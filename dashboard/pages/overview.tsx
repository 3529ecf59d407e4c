// What an operator wants to know first: does it run, how much, and is something wrong.

import type { ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { pageLink } from '../place.ts'
import { figures, figuresProblem } from '../state/feed.ts'
import { followMinutes, historyProblem, minutes, seconds } from '../state/figure-history.ts'
import type { Series } from '../state/series.ts'
import { HealthPanel } from './overview-health.tsx'
import { Disconnects, NowFacts } from './overview-panels.tsx'
import { Tiles } from './overview-tiles.tsx'
import { Troubles } from './overview-troubles.tsx'

interface Range {
  readonly name: string
  readonly label: string
  readonly source: ReadonlySignal<Series>
}

const QUARTER: Range = { name: '', label: '15 min', source: seconds }
const DAY: Range = { name: 'day', label: '24 h', source: minutes }

export function OverviewPage() {
  const stats = figures.value
  const range = useLocation().query.range === DAY.name ? DAY : QUARTER
  useEffect(() => (range === DAY ? followMinutes() : undefined), [range])
  if (!stats && figuresProblem.value !== '') {
    return (
      <div class="page">
        <PageHead title="Overview" />
        <Notice kind="bad" title="The figures could not be read">
          <p>{figuresProblem.value} They come by themselves when the gateway sends them.</p>
        </Notice>
      </div>
    )
  }
  return (
    <div class="page">
      <PageHead title="Overview" end={<RangeSwitch chosen={range} />} />
      <HealthPanel stats={stats} seconds={seconds.value} />
      {historyProblem.value !== '' && (
        <p class="problem" role="alert">
          The charts begin with this page: {historyProblem.value}
        </p>
      )}
      {/* Charts are made for one source each. */}
      <Tiles key={range.name} stats={stats} source={range.source} span={range.label} />
      <div class="panels">
        <Troubles />
        <Disconnects stats={stats} series={range.source.value} label={range.label} />
        <NowFacts stats={stats} />
      </div>
    </div>
  )
}

function RangeSwitch({ chosen }: { chosen: Range }) {
  return (
    <nav class="choices" aria-label="What the charts show">
      {[QUARTER, DAY].map(range => (
        <a
          key={range.name}
          class="choice"
          href={pageLink('', { range: range.name })}
          aria-current={range === chosen ? 'true' : undefined}
        >
          {range.label}
        </a>
      ))}
    </nav>
  )
}
