// Below the overview's charts: why connections ended, and the figures that have no chart.

import type { Stats } from '../../shared/stats.ts'
import { formatBytes, formatCount } from '../format.ts'
import { Bar } from '../parts/bar.tsx'
import { Fact } from '../parts/fact.tsx'
import { When } from '../parts/when.tsx'
import type { Disconnects as Counts, Series } from '../state/series.ts'
import { sumDisconnects } from '../state/series.ts'

export function NowFacts({ stats }: { stats: Stats | null }) {
  const log = stats?.log
  return (
    <section class="panel">
      <h2>Now</h2>
      <dl class="facts">
        <Fact term="Subscriptions">{stats && formatCount(stats.subscriptions)}</Fact>
        <Fact term="Active channels">{stats && formatCount(stats.activeChannels)}</Fact>
        <Fact term="Messages kept">{log && formatCount(log.messages)}</Fact>
        <Fact term="Oldest message">{log?.oldestTime && <When time={log.oldestTime} />}</Fact>
        <Fact term="Log filled">
          {log && (
            <span class="fact-bar">
              <Bar share={log.bytes / log.maxBytes} />
              {Math.round((100 * log.bytes) / log.maxBytes)} % of {formatBytes(log.maxBytes)}
            </span>
          )}
        </Fact>
        <Fact term="Head">{log && <code>{`${log.epoch}-${log.head}`}</code>}</Fact>
      </dl>
    </section>
  )
}

interface DisconnectsProps {
  stats: Stats | null
  series: Series
  /** What span the series covers. */
  label: string
}

export function Disconnects({ stats, series, label }: DisconnectsProps) {
  const lately = sumDisconnects(series)
  const sinceStart: Counts = stats?.disconnects ?? {}
  const codes = [...new Set([...Object.keys(lately), ...Object.keys(sinceStart)])]
  const rows = codes.sort((a, b) => countOf(sinceStart, b) - countOf(sinceStart, a))
  const most = Math.max(1, ...Object.values(lately))
  return (
    <section class="panel">
      <h2>Disconnects by reason</h2>
      {rows.length === 0 ? (
        <p class="quiet">None yet.</p>
      ) : (
        <table class="bars">
          <caption class="unseen">Connections ended, by reason</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Reason</span>
              </th>
              <td />
              <th scope="col" class="number">
                {label}
              </th>
              <th scope="col" class="number">
                Since start
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(code => (
              <tr key={code}>
                <th scope="row">{code === 'closed' ? 'by the client' : code.replace('_', ' ')}</th>
                <td class="bars-bar">
                  {/* A square root, so that a dozen of one reason shows beside thousands of another. */}
                  <Bar share={Math.sqrt(countOf(lately, code) / most)} />
                </td>
                <td class="number">{formatCount(countOf(lately, code))}</td>
                <td class="number">{formatCount(countOf(sinceStart, code))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function countOf(counts: Counts, code: string): number {
  return counts[code] ?? 0
}
