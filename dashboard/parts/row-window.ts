// Watches the page scroll and says which rows of a list are to be drawn.

import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import type { Rows } from '../state/row-window.ts'
import { rowsInView } from '../state/row-window.ts'

/** Until a row was drawn and measured. */
const GUESSED_ROW_PX = 42
/** Drawn before anything is known of the page. */
const FIRST_ROWS = 40

/** `body` holds the drawn rows alone; all rows are taken to be as high as these are on average. */
export function useRowWindow(
  body: RefObject<HTMLElement | null>,
  count: number,
): Rows & { readonly rowPx: number } {
  const [rows, setRows] = useState({ first: 0, end: FIRST_ROWS, rowPx: GUESSED_ROW_PX })
  useLayoutEffect(() => {
    const look = (): void => {
      const element = body.current
      if (!element) return
      setRows(before => {
        const drawn = element.childElementCount
        const box = element.getBoundingClientRect()
        const rowPx = drawn > 0 && box.height > 0 ? box.height / drawn : before.rowPx
        const topPx = box.top - before.first * before.rowPx
        const next = rowsInView(count, rowPx, topPx, innerHeight)
        const isSame = next.first === before.first && next.end === before.end
        // Rows of slightly different heights must not move the page at each look.
        return isSame && Math.abs(rowPx - before.rowPx) < 1 ? before : { ...next, rowPx }
      })
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [body, count])
  return { ...rows, first: Math.min(rows.first, count), end: Math.min(rows.end, count) }
}
