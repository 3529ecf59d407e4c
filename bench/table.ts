// A report as text for a terminal. Knows not how it was measured.

import { figureOf } from './figures.ts'
import { number, range, verdictText } from './numbers.ts'
import type { Report, Result } from './report.ts'

/** One workload: its contenders as rows, its measures as columns, then its aims. */
export function tableOf(result: Result): string {
  const { measures, contenders, verdicts } = result
  const heading = ['', ...measures.map(({ title }) => title)]
  const rows = contenders.map(({ name, samples }) => [
    name,
    ...measures.map(({ key, digits }) => range(figureOf(samples.map(sample => sample[key]!)), digits)),
  ])
  const lines = align([heading, ...rows])
  const aims = verdicts.map(
    verdict => `  ${verdict.figure.padEnd(4)} ${verdict.what} = ${verdictText(verdict)}`,
  )
  return ['', `${result.figure} ${result.name}: ${result.about}`, ...lines, ...aims, ''].join('\n')
}

/** What stands under all tables. */
export function footOf({ machine, pinning, messageBytes, missing, results, isQuick }: Report): string {
  const judged = results.flatMap(({ verdicts }) => verdicts).filter(({ isMet }) => isMet !== null)
  const met = judged.filter(({ isMet }) => isMet).length
  const where = pinning.unpinned ?? `server on core ${pinning.server}, load on core ${pinning.load}`
  return [
    '',
    `${machine.cpu}, ${machine.cores} cores; ${where}; ${messageBytes}-byte messages; median (lowest–highest)`,
    ...(isQuick ? ['A quick run with small crowds: it shows that all works, its figures say little.'] : []),
    ...missing,
    `${number(met, 0)} of ${judged.length} aims met.`,
    '',
  ].join('\n')
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows.map(row =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd(),
  )
}
