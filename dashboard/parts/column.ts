// What a table's column is. Types only.

import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  readonly name: string
  /** The head's text; also the label of the cell where a row is shown as a card. */
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  /** Names the row, for those who hear it; one column has it. */
  readonly isName?: boolean
  /** Right-aligned. */
  readonly isNumber?: boolean
  readonly isSortable?: boolean
  /** What stands on the second line of the cells, to be sorted by as well. */
  readonly below?: { readonly name: string; readonly title: string }
  /** The head's text is for screen readers only. */
  readonly isUntitled?: boolean
  readonly class?: string
}

/** A column's name, with `-` in front when it goes down. */
export type Sort = string
