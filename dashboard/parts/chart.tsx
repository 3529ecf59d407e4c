// One moving chart: a uPlot that lives as long as the component and is only given data. All charts of a page share
// their cursor.

import type { ReadonlySignal } from '@preact/signals'
import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { formatClock, formatCompact, formatCompactBytes, formatMinute } from '../format.ts'
import type { ColumnName, Series } from '../state/series.ts'
import { windowSeconds } from '../state/series.ts'
import { paint } from '../state/theme.ts'

export interface Line {
  readonly ink: 'copper' | 'slate' | 'bad'
  readonly column: ColumnName
}

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  label: string
  source: ReadonlySignal<Series>
  lines: readonly Line[]
  /** A figure in the reading under the pointer, and one beside the axis. */
  format: (value: number) => string
  /** Marked at powers of two. */
  isBytes?: boolean | undefined
}

const FONT = '11px system-ui, sans-serif'
/** Seconds between two marks of the time axis, whose labels have no seconds. */
const TIME_STEPS = [60, 120, 180, 300, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600]
const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat()
const BYTE_STEPS = Array.from({ length: 44 }, (_, power) => 2 ** power)

export function Chart(props: ChartProps) {
  const { label, source, lines, format } = props
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const pointed = useSignal<number | null>(null)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const onPoint = (index: number | null): void => {
      pointed.value = index
    }
    const chart = new uPlot(chartOptions(element, props, onPoint), dataOf(source.peek(), lines), element)
    plot.current = chart
    const resize = new ResizeObserver(() => chart.setSize(sizeOf(element)))
    resize.observe(element)
    return () => {
      resize.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [])

  useSignalEffect(() => {
    plot.current?.setData(dataOf(source.value, lines))
  })
  useSignalEffect(() => {
    paint.value
    plot.current?.redraw(false)
  })
  const reading = useComputed(() => readingAt(source.value, pointed.value, lines, format))

  return (
    <div class="chart">
      <output class="chart-reading">{reading}</output>
      <div ref={frame} class="chart-frame" role="img" aria-label={label}>
        <i class="ink-copper-fill" />
        <i class="ink-grid" />
        <i class="ink-text" />
        <i class="ink-copper" />
        <i class="ink-slate" />
        <i class="ink-bad" />
      </div>
    </div>
  )
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight }
}

function readingAt(
  { step, time, columns }: Series,
  index: number | null,
  lines: readonly Line[],
  format: ChartProps['format'],
): string {
  const at = index === null ? undefined : time[index]
  if (index === null || at === undefined) return ''
  const values = lines.map(({ column }) => {
    const value = columns[column][index]
    return value == null ? '–' : format(value)
  })
  return `${(step === 1 ? formatClock : formatMinute)(at * 1000)}  ${values.join(' / ')}`
}

function dataOf({ time, columns }: Series, lines: readonly Line[]): uPlot.AlignedData {
  return [time, ...lines.map(line => columns[line.column])]
}

/** Canvases know no stylesheets: hidden elements carry the inks, read at each drawing so that the theme may change. */
function chartOptions(
  element: HTMLElement,
  { source, lines, isBytes = false }: ChartProps,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const ink = (name: string) => () => getComputedStyle(element.querySelector(`.ink-${name}`) ?? element).color
  const axis = { stroke: ink('text'), font: FONT, ticks: { show: false } }
  return {
    ...sizeOf(element),
    padding: [6, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'overview' }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => windowRange(source.peek()) },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.12)] },
    },
    axes: [
      { ...axis, size: 20, gap: 4, grid: { show: false }, space: 50, incrs: TIME_STEPS, values: '{HH}:{mm}' },
      {
        ...axis,
        size: 50,
        gap: 6,
        space: 30,
        grid: { stroke: ink('grid'), width: 1 },
        incrs: isBytes ? BYTE_STEPS : WHOLE_STEPS,
        values: (_, splits) => splits.map(isBytes ? formatCompactBytes : formatCompact),
      },
    ],
    series: [{}, ...lines.map(line => lineOptions(line, ink))],
    hooks: { setCursor: [self => onPoint(self.cursor.idx ?? null)] },
  }
}

function lineOptions(line: Line, ink: (name: string) => () => string): uPlot.Series {
  return {
    stroke: ink(line.ink),
    width: 1.5,
    points: { show: false, size: 4, fill: ink(line.ink), filter: lonelyPoints },
    ...(line.ink === 'copper' ? { fill: ink('copper-fill') } : {}),
  }
}

/** A value between two holes is no line: it is drawn as a point. */
function lonelyPoints(plot: uPlot, index: number): number[] | null {
  const column = plot.data[index] ?? []
  const lonely: number[] = []
  for (let at = 0; at < column.length; at += 1)
    if (column[at] != null && column[at - 1] == null && column[at + 1] == null) lonely.push(at)
  return lonely.length > 0 ? lonely : null
}

function windowRange(series: Series): [number, number] {
  const end = series.time.at(-1) ?? Date.now() / 1000
  return [end - windowSeconds(series), end]
}
