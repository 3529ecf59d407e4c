// Cursors: the text `<epoch>-<seq>` that names a place in the log (rule C1). Knows no log.

/** A place in the log: everything up to and including `seq` lies before it. */
export interface Position {
  readonly epoch: string
  readonly seq: number
}

const CURSOR = /^([a-z0-9]{8})-(0|[1-9][0-9]{0,15})$/

/** Writes the cursor of a position. */
export function formatCursor(epoch: string, seq: number): string {
  return `${epoch}-${seq}`
}

/** Reads a cursor; `null` for anything this gateway cannot have written (which a resume answers with a `reset` gap). */
export function parseCursor(text: string): Position | null {
  const match = CURSOR.exec(text)
  if (!match) return null
  const seq = Number(match[2])
  return Number.isSafeInteger(seq) ? { epoch: match[1]!, seq } : null
}
