// What the gateway runs with: every setting, where it comes from and why; versions; and how this dashboard looks.

import { useLocation } from 'preact-iso'
import { formatDuration, formatPlural } from '../format.ts'
import { Choice, Choices } from '../parts/choices.tsx'
import { Fact } from '../parts/fact.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ReadingState } from '../parts/reading-state.tsx'
import { Search } from '../parts/search.tsx'
import { pageLink } from '../place.ts'
import { figures } from '../state/feed.ts'
import { useReading } from '../state/reading.ts'
import type { Setting, SettingsAnswer, SettingsGroup } from '../state/settings.ts'
import { groupSettings, valueLines } from '../state/settings.ts'
import type { Theme } from '../state/theme.ts'
import { theme } from '../state/theme.ts'

export function SettingsPage() {
  const { query, route } = useLocation()
  const reading = useReading<SettingsAnswer>('settings')
  const { answer } = reading
  const changedOnly = query.show === 'changed'
  const groups = answer ? groupSettings(answer.settings, { text: query.q ?? '', changedOnly }) : []
  return (
    <div class="page">
      <PageHead title="Settings" end={<ThemeChoice />}>
        <p class="count">{answer && countWords(answer)}</p>
      </PageHead>
      <Versions answer={answer} />
      <div class="filter-row">
        <Search page="settings" label="Find a setting" hint="Name, value, reason…" />
        <Choices label="Which settings">
          {(['', 'changed'] as const).map(show => (
            <Choice
              key={show}
              label={show === 'changed' ? 'Not the default' : 'All'}
              isOn={(show === 'changed') === changedOnly}
              onClick={() => route(pageLink('settings', { ...query, show }), true)}
            />
          ))}
        </Choices>
      </div>
      <ReadingState reading={reading} />
      {groups.map(group => (
        <Group key={group.name} {...group} />
      ))}
      {answer && groups.length === 0 && <NoSetting changedOnly={changedOnly && !query.q} />}
    </div>
  )
}

function countWords({ settings }: SettingsAnswer): string {
  const changed = settings.filter(({ isChanged }) => isChanged).length
  return `${changed} of ${formatPlural(settings.length, 'setting')} not at the default`
}

function NoSetting({ changedOnly }: { changedOnly: boolean }) {
  return changedOnly ? (
    <Notice kind="empty" title="Everything is at its default">
      <p>What twinwire.yaml or the environment changes shows up here after a restart.</p>
    </Notice>
  ) : (
    <Notice kind="empty" title="No setting fits">
      <p>The search looks at names, values and reasons.</p>
    </Notice>
  )
}

function Versions({ answer }: { answer: SettingsAnswer | null }) {
  const uptime = figures.value ? formatDuration(figures.value.uptimeMs) : '–'
  const facts: [string, string][] = [
    ['Gateway', answer?.versions.gateway ?? '–'],
    ['Node', answer?.versions.node ?? '–'],
    ['SQLite', answer?.versions.sqlite ?? '–'],
    ['System', answer?.platform ?? '–'],
    ['Up for', uptime],
    ['Configuration', answer ? (answer.file ?? 'no file') : '–'],
  ]
  return (
    <dl class="strip">
      {facts.map(([term, value]) => (
        <Fact key={term} term={term}>
          {value}
        </Fact>
      ))}
    </dl>
  )
}

const THEMES: readonly { name: Theme; label: string }[] = [
  { name: 'system', label: 'System' },
  { name: 'light', label: 'Light' },
  { name: 'dark', label: 'Dark' },
]

function ThemeChoice() {
  return (
    <Choices label="Theme of this dashboard, kept in this browser">
      {THEMES.map(({ name, label }) => (
        <Choice
          key={name}
          label={label}
          isOn={theme.value === name}
          onClick={() => {
            theme.value = name
          }}
        />
      ))}
    </Choices>
  )
}

function Group({ name, settings }: SettingsGroup) {
  return (
    <section class="settings-group">
      <h2>{name === '' ? 'General' : name}</h2>
      <div class="table-frame">
        <table class="table settings-table">
          <caption class="unseen">Settings: {name === '' ? 'general' : name}</caption>
          <thead class="unseen">
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {settings.map(setting => (
              <Row key={setting.key} setting={setting} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Row({ setting }: { setting: Setting }) {
  const { key, value, why, isChanged } = setting
  const lines = valueLines(value)
  return (
    <tr class={isChanged ? 'row-changed' : ''}>
      <th scope="row">
        <code class="setting-key">{key}</code>
        <span class="setting-why">{why}</span>
      </th>
      <td class="setting-value">
        {lines.length === 0 ? (
          <span class="faint">not set</span>
        ) : (
          lines.map((line, index) => (
            <code key={`${index} ${line}`} class={line === HIDDEN ? 'faint' : ''}>
              {line}
            </code>
          ))
        )}
        <span class="setting-source">{sourceWords(setting)}</span>
      </td>
    </tr>
  )
}

const HIDDEN = '(hidden)'

function sourceWords({ source, variable, isChanged, default: standard }: Setting): string {
  const place = {
    file: 'file',
    environment: variable ?? 'environment',
    generated: 'generated',
    default: 'default',
  }
  if (source === 'default' || source === 'generated') return place[source]
  if (!isChanged) return `${place[source]}, same as the default`
  const lines = valueLines(standard)
  return lines.length === 0 ? place[source] : `${place[source]}; default ${lines.join(' ')}`
}
