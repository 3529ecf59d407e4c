// Which rows of a long list are worth drawing. Pure: knows heights in pixels and no page.

export interface Rows {
  /** Drawn are the rows from `first` up to, not including, `end`. */
  readonly first: number
  readonly end: number
}

/** Rows drawn beyond each edge of the view, so that a turn of the wheel finds them there. */
const SPARE_ROWS = 12
/** Bounds move in such steps: scrolling by a few pixels changes nothing. */
const STEP_ROWS = 6

/**
 * The rows that a view of `viewPx` shows when the list begins `topPx` below its upper edge (negative when scrolled
 * past), with some to spare on both sides.
 */
export function rowsInView(count: number, rowPx: number, topPx: number, viewPx: number): Rows {
  const seen = Math.floor(-topPx / rowPx)
  const first = stepDown(seen - SPARE_ROWS)
  const end = stepDown(seen + Math.ceil(viewPx / rowPx) + SPARE_ROWS + STEP_ROWS)
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) }
}

function stepDown(row: number): number {
  return Math.floor(row / STEP_ROWS) * STEP_ROWS
}
