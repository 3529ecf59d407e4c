// What the bench found, as data and as a table for a person. Knows not how it was measured.

import { availableParallelism, cpus } from 'node:os'
import type { Cores } from './cores.ts'
import { type Figure, figureOf } from './figures.ts'
import { MESSAGE_BYTES } from './message-text.ts'
import type { Round } from './stage.ts'
import type { Workload } from './workload.ts'

export interface Result {
  readonly workload: Workload
  readonly target: string
  readonly cpuMicros: Figure
  readonly systemMicros: Figure
  readonly deliveriesPerSecond: Figure
  readonly loadBusy: Figure
  /** Deliveries in all rounds: each one was verified. */
  readonly deliveries: number
}

export interface Report {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly pinning: Cores
  readonly messageBytes: number
  readonly rounds: number
  readonly startMs: Figure
  readonly results: readonly Result[]
}

export function resultOf(workload: Workload, target: string, rounds: readonly Round[]): Result {
  return {
    workload,
    target,
    cpuMicros: figureOf(rounds.map(round => round.cpuMicros)),
    systemMicros: figureOf(rounds.map(round => round.systemMicros)),
    deliveriesPerSecond: figureOf(rounds.map(round => round.deliveriesPerSecond)),
    loadBusy: figureOf(rounds.map(round => round.loadBusy)),
    deliveries: rounds.reduce((sum, round) => sum + round.deliveries, 0),
  }
}

export function reportOf(
  cores: Cores,
  rounds: number,
  startMs: readonly number[],
  results: readonly Result[],
): Report {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
  }
  const start = figureOf(startMs)
  return { machine, pinning: cores, messageBytes: MESSAGE_BYTES, rounds, startMs: start, results }
}

/** The table. `floor` names the target whose cost the others are compared with. */
export function tableOf(report: Report, floor: string): string {
  const { machine, pinning, rounds, results, startMs } = report
  const where = pinning.unpinned ?? `server on core ${pinning.server}, load on core ${pinning.load}`
  const rows = [HEADINGS, ...results.map(result => cellsOf(result, floorOf(result, results, floor)))]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const align = (row: readonly string[]) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${where}`,
    `${report.messageBytes}-byte messages, ${rounds} rounds, median (lowest–highest)`,
    '',
    ...rows.map(row => align(row).join('   ').trimEnd()),
    '',
    'Other programs on these cores make every cost larger; what stays is its ratio to the floor.',
    `Start to listening: ${range(startMs, 0)} ms`,
    `All ${results.reduce((sum, result) => sum + result.deliveries, 0).toLocaleString('en')} deliveries arrived.`,
    '',
  ].join('\n')
}

const HEADINGS = [
  'workload',
  'server',
  'CPU µs/delivery',
  'of it system',
  '× floor',
  'deliveries/s',
  'load busy',
  'aim',
]

function cellsOf(result: Result, floor: Result | undefined): string[] {
  const { workload, cpuMicros, systemMicros, deliveriesPerSecond, loadBusy } = result
  const ratio = floor === undefined ? '' : (cpuMicros.median / floor.cpuMicros.median).toFixed(2)
  const aim = workload.targetMicros
  const verdict = floor === result || aim === null ? '' : cpuMicros.median <= aim ? 'met' : 'missed'
  return [
    workload.name,
    result.target,
    range(cpuMicros, 2),
    systemMicros.median.toFixed(2),
    ratio,
    Math.round(deliveriesPerSecond.median).toLocaleString('en'),
    `${Math.round(loadBusy.median * 100)} %`,
    verdict === '' ? '' : `≤ ${aim} ${verdict}`,
  ]
}

function floorOf(result: Result, results: readonly Result[], floor: string): Result | undefined {
  return results.find(other => other.workload === result.workload && other.target === floor)
}

function range({ median, min, max }: Figure, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
