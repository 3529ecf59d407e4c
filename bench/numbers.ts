// Numbers as people read them. Pure.

import type { Figure } from './figures.ts'
import type { Verdict } from './verdict.ts'

export function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** The median, and how far the rounds lie apart. */
export function range({ median, min, max }: Figure, digits: number): string {
  return `${number(median, digits)} (${number(min, digits)}–${number(max, digits)})`
}

/** `1.08 (1.02–1.10), aim ≤ 1.15: met` */
export function verdictText({ found, aim, isMet, beyond }: Verdict): string {
  const figure = range(found, 2)
  if (isMet === null) return `${figure}, stated`
  return `${figure}, aim ${aim}: ${isMet ? 'met' : `missed by ${number(beyond! * 100, 0)} %`}`
}
