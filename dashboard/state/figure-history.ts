// The charts' series: what the gateway has kept, and after it what the feed brings. Loaded anew after each reconnect.

import { effect, signal } from '@preact/signals'
import { figures, linkCount } from './feed.ts'
import { explain, request } from './request.ts'
import type { FiguresAnswer, Series, Step } from './series.ts'
import { appendPoint, createSeries, joinSeries, pointOf } from './series.ts'

/** The last quarter of an hour. The arrays in it grow in place: a new object tells that they have. */
export const seconds = signal<Series>(createSeries(1))
/** The last day. */
export const minutes = signal<Series>(createSeries(60))
export const historyProblem = signal('')

const MINUTE_MS = 60_000

/** Follows the feed; returns the end of it. */
export function followFigures(): () => void {
  let before = figures.peek()
  const stopFeed = effect(() => {
    const stats = figures.value
    if (!stats || stats === before) return
    const series = seconds.peek()
    appendPoint(series, pointOf(stats, before))
    before = stats
    seconds.value = { ...series }
  })
  const stopLoading = effect(() => {
    // The first connection is made while the first reading is under way.
    if (linkCount.value !== 1) void loadSeconds()
  })
  return () => {
    stopFeed()
    stopLoading()
  }
}

/** Loads the last day now, after each reconnect and each minute; returns the end of it. */
export function followMinutes(): () => void {
  const stopLoading = effect(() => {
    linkCount.value
    void loadMinutes()
  })
  const timer = setInterval(() => void loadMinutes(), MINUTE_MS)
  return () => {
    stopLoading()
    clearInterval(timer)
  }
}

async function loadSeconds(): Promise<void> {
  const kept = await load(1)
  if (kept) seconds.value = joinSeries(1, kept, seconds.peek())
}

async function loadMinutes(): Promise<void> {
  const kept = await load(60)
  if (kept) minutes.value = joinSeries(60, kept, null)
}

async function load(step: Step): Promise<FiguresAnswer | null> {
  try {
    const answer = await request<FiguresAnswer>('GET', `figures?step=${step}`)
    historyProblem.value = ''
    return answer
  } catch (error) {
    historyProblem.value = explain(error)
    return null
  }
}
