// A report as one drawing: for each workload a bar for each contender. Written by hand, so that it needs no library.

import { figureOf } from './figures.ts'
import { number } from './numbers.ts'
import type { Report, Result } from './report.ts'

const PEERS = new Set(['nchan', 'socket.io', 'floor'])
const WIDTH = 760
const NAME_WIDTH = 190
const VALUE_WIDTH = 110
const BAR_WIDTH = WIDTH - NAME_WIDTH - VALUE_WIDTH
const ROW = 20
const BAR = 12
const TITLE = 34
const GAP = 18

/** Readable on white and on black; the gateway's own bars stand out. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #334 }
  .title { font-weight: 600 }
  .own { fill: #2b6cb0 } .other { fill: #a0aec0 } .spread { stroke: #667; stroke-width: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ccd } .own { fill: #63b3ed } .other { fill: #5a6578 } .spread { stroke: #99a }
  }`

/** The drawing as an SVG document. */
export function chartOf({ results }: Report): string {
  const panels: string[] = []
  let top = 0
  for (const result of results) {
    panels.push(panel(result, top))
    top += TITLE + result.contenders.length * ROW + GAP
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img">`,
    '<title>What each workload costs each server</title>',
    `<style>${STYLE}\n</style>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

/** One workload: its first measure, every bar from the same zero. */
function panel({ name, figure, measures, contenders }: Result, top: number): string {
  const { key, title, digits } = measures[0]!
  const bars = contenders.map(({ name: contender, samples }) => ({
    contender,
    found: figureOf(samples.map(sample => sample[key]!)),
  }))
  const longest = Math.max(...bars.map(({ found }) => found.max))
  const x = (value: number): string => (NAME_WIDTH + (value / longest) * BAR_WIDTH).toFixed(1)
  const rows = bars.map(({ contender, found }, row) => {
    const y = top + TITLE + row * ROW
    const middle = y + BAR / 2
    const width = ((found.median / longest) * BAR_WIDTH).toFixed(1)
    return [
      `<text x="${NAME_WIDTH - 8}" y="${y + 10}" text-anchor="end">${escapeText(contender)}</text>`,
      `<rect class="${PEERS.has(contender) ? 'other' : 'own'}" x="${NAME_WIDTH}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
      `<line class="spread" x1="${x(found.min)}" x2="${x(found.max)}" y1="${middle}" y2="${middle}"/>`,
      `<text x="${WIDTH - VALUE_WIDTH + 8}" y="${y + 10}">${number(found.median, digits)}</text>`,
    ].join('\n')
  })
  const heading = `<text class="title" x="0" y="${top + 20}">${escapeText(`${figure} ${name}: ${title}`)}</text>`
  return [heading, ...rows].join('\n')
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
