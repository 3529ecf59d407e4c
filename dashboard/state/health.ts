// Whether the gateway is well, in one word, and what speaks against it. Pure.

import type { Stats } from '../../shared/stats.ts'
import { formatMilliseconds, formatPlural } from '../format.ts'
import type { ColumnName, Series } from './series.ts'
import { sumDisconnects } from './series.ts'

export type HealthKind = 'good' | 'warn' | 'bad'

export interface Finding {
  readonly kind: HealthKind
  readonly words: string
}

/** Everyone waits when the event loop is held: from here on people notice, and here they complain. */
const LAG_WARN_MS = 100
const LAG_BAD_MS = 1000
/** A commit takes a millisecond; this long the disk is in trouble, or there is more than it can take. */
const P99_WARN_MS = 250
const RECENT_SECONDS = 60
const PROBLEM_MS = 15 * 60_000

/** The worst first; nothing when all is well. `seconds` is the last quarter of an hour. */
export function findTrouble(stats: Stats, seconds: Series): readonly Finding[] {
  const found = [...ofState(stats), ...ofWaiting(seconds), ...ofLosses(seconds)]
  const { problem } = stats
  if (problem && !stats.fault && stats.time - problem.time < PROBLEM_MS)
    found.push({ kind: 'warn', words: problem.message })
  return found.sort((a, b) => Number(b.kind === 'bad') - Number(a.kind === 'bad'))
}

export function worstOf(findings: readonly Finding[]): HealthKind {
  return findings[0]?.kind ?? 'good'
}

function ofState({ state, fault }: Stats): Finding[] {
  switch (state) {
    case 'ready':
      return []
    case 'draining':
      return [{ kind: 'warn', words: 'It is draining: new streams are turned away.' }]
    case 'unavailable': {
      const why = fault ? ` ${fault.message}` : ''
      return [{ kind: 'bad', words: `The log cannot be written: publishes are refused.${why}` }]
    }
  }
}

function ofWaiting(seconds: Series): Finding[] {
  const found: Finding[] = []
  const lagMs = worst(seconds, 'lagMs')
  if (lagMs > LAG_WARN_MS) {
    const kind = lagMs > LAG_BAD_MS ? 'bad' : 'warn'
    const words = `Everyone waited up to ${formatMilliseconds(lagMs)} within the last minute: the event loop was held.`
    found.push({ kind, words })
  }
  const p99Ms = worst(seconds, 'publishP99Ms')
  if (p99Ms > P99_WARN_MS) {
    const words = `Publishes waited up to ${formatMilliseconds(p99Ms)} for their commit within the last minute.`
    found.push({ kind: 'warn', words })
  }
  return found
}

function ofLosses(seconds: Series): Finding[] {
  const found: Finding[] = []
  const gaps = seconds.columns.gaps.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  if (gaps > 0) {
    const words = `${formatPlural(gaps, 'reader')} in the last 15 minutes missed messages and ${gaps === 1 ? 'was' : 'were'} told so.`
    found.push({ kind: 'warn', words })
  }
  const failed = sumDisconnects(seconds).internal ?? 0
  if (failed > 0) {
    const words = `${formatPlural(failed, 'connection')} ended by an error of the gateway in the last 15 minutes.`
    found.push({ kind: 'bad', words })
  }
  return found
}

function worst({ time, columns }: Series, name: ColumnName): number {
  const from = (time.at(-1) ?? 0) - RECENT_SECONDS
  const first = time.findIndex(each => each > from)
  return first < 0 ? 0 : Math.max(0, ...columns[name].slice(first).map(value => value ?? 0))
}

/** What being well amounts to, in a sentence that fits a line: a longer one would move the charts when it grows. */
export function describeWell(stats: Stats, seconds: Series): string {
  const { websocket, sse } = stats.connections
  const p99Ms = worst(seconds, 'publishP99Ms')
  const committed = p99Ms > 0 ? `, publishes commit within ${formatMilliseconds(p99Ms)}` : ''
  const served = `${formatPlural(websocket + sse, 'connection')}${committed}`
  return `${served}, ${formatPlural(stats.log.messages, 'message')} kept.`
}
