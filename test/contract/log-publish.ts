// The small words in which tests speak of a log: publish this, wait for that. Knows only the interfaces.

import type { History } from '../../gateway/core/history.ts'
import type { Entry, Log, Message } from '../../gateway/core/log.ts'

export interface LogUnderTest {
  readonly log: Log & History
  /** Moves the clock on, in milliseconds. */
  advance(ms: number): void
  close(): Promise<void>
}

/** A stored entry. */
export function entry(channel: string, data: string | number = '1', more: Partial<Entry> = {}): Entry {
  return { channel, data: String(data), stored: true, ...more }
}

/** Appends entries as one group; their seqs. */
export async function publish(log: Log, ...entries: Entry[]): Promise<(number | null)[]> {
  const [outcome] = await log.append([entries])
  if (!outcome?.ok) throw outcome?.error ?? new Error('no outcome')
  return outcome.entries.map(({ seq }) => seq)
}

/** For what never comes, not for what comes late: other programs may have the processor for seconds. */
const EVENTUALLY_MS = 45_000

/** Waits until a condition holds, looking again each turn; fails after a while. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + EVENTUALLY_MS
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${EVENTUALLY_MS} ms`)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}

/** The seqs of messages, in their order. */
export function seqs(messages: readonly Message[]): number[] {
  return messages.map(({ seq }) => seq)
}
