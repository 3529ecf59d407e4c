// A report as the page docs/benchmarks.md. Knows not how it was measured.

import { figureOf } from './figures.ts'
import { number, range, verdictText } from './numbers.ts'
import type { Report, Result } from './report.ts'
import type { Verdict } from './verdict.ts'

/** The page; `chart` is the drawing's address, seen from it. */
export function pageOf(report: Report, chart: string): string {
  return [
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench:page` from bench/results/whole.json: change the workloads or bench/markdown.ts, not this. -->',
    '',
    ...introduction(report),
    ...aims(report),
    `![A bar for each contender of each workload](${chart})`,
    '',
    ...report.results.flatMap(section),
  ].join('\n')
}

function introduction(report: Report): string[] {
  const { machine, versions, pinning, messageBytes, command, date, minutes } = report
  const where = pinning.unpinned ?? `the server on core ${pinning.server}, the load on core ${pinning.load}`
  return [
    'What the gateway costs beside others that do the same, on one machine, in one run. Take the ratios: other machines have other figures, and much the same ratios.',
    '',
    '<!-- not run: it takes minutes and a quiet machine -->',
    '```sh',
    'apt-get install nginx libnginx-mod-nchan',
    'npm ci --prefix bench  # Socket.IO, which is no part of the product',
    `${command}  # these figures, in ${Math.ceil(minutes)} minutes; -- --quick shows in 3 that all works`,
    'npm run bench:page  # this page from them',
    '```',
    '',
    `Measured on ${date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Linux ${machine.kernel}; ${where}. ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    ...warnings(report),
    `Messages have ${messageBytes} bytes. Contenders take turns, round by round; a figure is the median of the rounds, with the lowest and highest behind it, and a ratio is the median of the ratios of each round. CPU is user and system time of the whole process. The load generator reads raw sockets, counts bytes or marks, and checks that everything arrived everywhere; where its own CPU nears 100 %, rates are its limit and not the server's, and CPU for a delivery still holds.`,
    '',
  ]
}

/** Above this, others used the cores that were measured. */
const BUSY_LOAD = 0.5

function warnings({ isQuick, loadAverage, missing }: Report): string[] {
  const busy = `Other programs were running (load average ${number(loadAverage, 1)} before the start): absolute figures are too high, and ratios uncertain.`
  return [
    ...(loadAverage > BUSY_LOAD ? [`**${busy}**`, ''] : []),
    ...(isQuick ? ['**A quick run with a tenth of the crowds: its figures say little.**', ''] : []),
    ...missing.flatMap(sentence => [sentence, '']),
  ]
}

function aims({ results }: Report): string[] {
  const rows = results.flatMap(({ name, verdicts }) =>
    verdicts.map(verdict => ({
      figure: verdict.figure,
      cells: [`[${name}](#${name})`, ...cellsOf(verdict)],
    })),
  )
  rows.sort((a, b) => rank(a.figure) - rank(b.figure))
  return [
    '## What was to be reached',
    '',
    ...tableRows(
      ['', 'workload', 'figure', 'found', 'aim', ''],
      rows.map(({ figure, cells }) => [figure, ...cells]),
    ),
    '',
  ]
}

function cellsOf({ what, found, aim, isMet, beyond }: Verdict): string[] {
  const verdict = isMet === null ? 'stated' : isMet ? 'met' : `**missed by ${number(beyond! * 100, 0)} %**`
  return [what, range(found, 2), aim, verdict]
}

/** F1 … F10, then what comes from elsewhere. */
function rank(figure: string): number {
  return figure.startsWith('F') ? Number(figure.slice(1)) : Number.POSITIVE_INFINITY
}

function section({
  name,
  figure,
  about,
  measures,
  contenders,
  verdicts,
  caveats,
  findings,
}: Result): string[] {
  const rows = contenders.map(({ name: contender, samples }) => [
    contender,
    ...measures.map(({ key, digits }) => range(figureOf(samples.map(sample => sample[key]!)), digits)),
  ])
  const isMissed = verdicts.some(({ isMet }) => isMet === false)
  return [
    `## ${name}`,
    '',
    `${figure}. ${about} \`npm run bench -- ${name}\``,
    '',
    ...tableRows(['', ...measures.map(({ title }) => title)], rows),
    '',
    ...verdicts.map(verdict => `- ${verdict.figure}: ${verdict.what} = ${verdictText(verdict)}`),
    ...caveats.map(caveat => `- ${caveat}`),
    ...(isMissed ? findings.map(finding => `- Where the time goes: ${finding}`) : []),
    '',
  ]
}

function tableRows(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heading), line(heading.map((_, column) => (column < 2 ? '---' : '---:'))), ...rows.map(line)]
}
