// One moving chart of the last quarter of an hour: a uPlot that lives as long as the component and is only given data.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { formatClock, formatCompact } from '../format.ts'
import { figures, series } from '../state/feed.ts'
import type { Column } from '../state/series.ts'
import { windowSeconds } from '../state/series.ts'
import { paint } from '../state/theme.ts'

export interface Line {
  readonly ink: 'copper' | 'slate'
  readonly column: Column
}

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  label: string
  /** Stands above the chart; the reading under the pointer appears beside it. */
  note: ComponentChildren
  lines: readonly Line[]
  format: (value: number) => string
}

const HEIGHT = 116
const FONT = '11px system-ui, sans-serif'
/** Seconds between two marks of the time axis, whose labels have no seconds. */
const MINUTES = [60, 120, 180, 300]

export function Chart({ label, note, lines, format }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const pointed = useSignal<number | null>(null)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const chart = new uPlot(
      chartOptions(element, lines, index => (pointed.value = index)),
      dataOf(lines),
      element,
    )
    plot.current = chart
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [])

  useSignalEffect(() => {
    figures.value
    plot.current?.setData(dataOf(lines))
  })
  useSignalEffect(() => {
    paint.value
    plot.current?.redraw(false)
  })

  const reading = useComputed(() => {
    figures.value
    const index = pointed.value
    const time = index === null ? undefined : series.time[index]
    if (index === null || time === undefined) return ''
    const values = lines.map(line => format(line.column[index] ?? 0))
    return `${formatClock(time * 1000)}  ${values.join(' / ')}`
  })

  return (
    <div class="chart">
      <p class="chart-note">
        {note}
        <output class="chart-reading">{reading}</output>
      </p>
      <div ref={frame} class="chart-frame" role="img" aria-label={`${label}, up to the last 15 minutes`}>
        <i class="ink-copper-fill" />
        <i class="ink-grid" />
        <i class="ink-text" />
        <i class="ink-copper" />
        <i class="ink-slate" />
      </div>
    </div>
  )
}

function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  return [series.time, ...lines.map(line => line.column)]
}

/** Canvases know no stylesheets: hidden elements carry the inks, read at each drawing so that the theme may change. */
function chartOptions(
  element: HTMLElement,
  lines: readonly Line[],
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const ink = (name: string) => () => getComputedStyle(element.querySelector(`.ink-${name}`) ?? element).color
  const axis = { stroke: ink('text'), font: FONT, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'overview' }, points: { size: 6 } },
    scales: {
      x: { time: true, range: windowRange },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.12)] },
    },
    axes: [
      { ...axis, size: 22, gap: 4, grid: { show: false }, space: 70, incrs: MINUTES, values: '{HH}:{mm}' },
      {
        ...axis,
        size: 46,
        gap: 6,
        space: 34,
        grid: { stroke: ink('grid'), width: 1 },
        values: (_, splits) => splits.map(formatCompact),
      },
    ],
    series: [
      {},
      ...lines.map(line => ({
        stroke: ink(line.ink),
        width: 1.5,
        points: { show: false },
        ...(line.ink === 'copper' ? { fill: ink('copper-fill') } : {}),
      })),
    ],
    hooks: { setCursor: [self => onPoint(self.cursor.idx ?? null)] },
  }
}

function windowRange(): [number, number] {
  const end = series.time.at(-1) ?? Date.now() / 1000
  return [end - windowSeconds(series), end]
}
