// The lower half of the overview: the log, why connections ended, and what went wrong lately.

import type { Stats } from '../../shared/stats.ts'
import { formatAge, formatBytes, formatClock, formatCount } from '../format.ts'
import { Bar } from '../parts/bar.tsx'
import { troubles } from '../state/feed.ts'
import { now } from '../state/now.ts'

export function LogFigures({ stats }: { stats: Stats | null }) {
  const log = stats?.log
  return (
    <section class="panel">
      <h2>Log</h2>
      <p class="log-size">
        <strong>{log ? formatBytes(log.bytes) : '–'}</strong> of {log ? formatBytes(log.maxBytes) : '–'}
      </p>
      <Bar share={log ? log.bytes / log.maxBytes : 0} />
      <dl class="facts">
        <div>
          <dt>Messages kept</dt>
          <dd>{log ? formatCount(log.messages) : '–'}</dd>
        </div>
        <div>
          <dt>Oldest</dt>
          <dd>{log?.oldestTime ? `${formatAge(now.value - log.oldestTime)} ago` : '–'}</dd>
        </div>
        <div>
          <dt>Head</dt>
          <dd class="code">{log ? `${log.epoch}-${log.head}` : '–'}</dd>
        </div>
      </dl>
    </section>
  )
}

export function Disconnects({ stats }: { stats: Stats | null }) {
  const rows = Object.entries(stats?.disconnects ?? {}).sort(([, a], [, b]) => b - a)
  const most = rows[0]?.[1] ?? 1
  return (
    <section class="panel">
      <h2>Disconnects since start</h2>
      {rows.length === 0 ? (
        <p class="quiet">None yet.</p>
      ) : (
        <table class="bars">
          <caption class="unseen">Connections ended, by reason</caption>
          <tbody>
            {rows.map(([code, count]) => (
              <tr key={code}>
                <th scope="row">{code === 'closed' ? 'closed by the client' : code.replace('_', ' ')}</th>
                <td class="bars-bar">
                  {/* A square root, so that a dozen of one reason shows beside thousands of another. */}
                  <Bar share={Math.sqrt(count / most)} />
                </td>
                <td class="number">{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

export function Troubles() {
  const rows = troubles.value
  return (
    <section class="panel troubles-panel">
      <h2>Worth a look</h2>
      {rows.length === 0 ? (
        <p class="quiet">
          Nothing since this page was opened. Refusals, gaps and storage faults show up here.
        </p>
      ) : (
        <ol class="troubles" aria-label="Newest first">
          {rows.slice(0, 20).map(trouble => (
            <li key={`${trouble.title} ${trouble.detail}`} class={`trouble trouble-${trouble.severity}`}>
              <time>{formatClock(trouble.time)}</time>
              <strong>{trouble.title}</strong>
              <span>
                {trouble.times > 1 && <span class="times">×{formatCount(trouble.times)} </span>}
                {trouble.detail}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
