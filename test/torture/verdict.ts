// What broke: every violation with the rule it breaks, who saw it and where. Knows no model and no gateway.

import type { Trace } from './trace.ts'

export interface Violation {
  /** The id of the rule in docs/protocol.md. */
  readonly rule: string
  readonly who: string
  readonly channel: string
  readonly text: string
}

/** One lost message is often missed by a hundred readers: the first tell enough. */
const KEPT = 20
const TRACE_LINES = 25

export class Verdict {
  readonly violations: Violation[] = []
  /** All of them, also those not kept. */
  count = 0
  readonly #trace: Pick<Trace, 'tell' | 'lastOf'>

  constructor(trace: Pick<Trace, 'tell' | 'lastOf'>) {
    this.#trace = trace
  }

  add(rule: string, who: string, channel: string, text: string): void {
    this.count += 1
    this.#trace.tell(who, 'VIOLATION', { rule, channel, text })
    if (this.violations.length < KEPT) this.violations.push({ rule, who, channel, text })
  }

  /** What a person reads: each violation, with the last lines of the trace about its reader. */
  report(): string {
    const told = new Set<string>()
    const lines = this.violations.flatMap(({ rule, who, channel, text }) => {
      const trace = told.has(who) ? [] : this.#trace.lastOf(who).slice(-TRACE_LINES)
      told.add(who)
      return [`[${rule}] ${who}, ${channel}: ${text}`, ...trace.map(line => `    ${line}`)]
    })
    if (this.count > KEPT) lines.push(`… and ${this.count - KEPT} more, in the trace.`)
    return lines.join('\n')
  }
}
