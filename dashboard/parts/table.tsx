// A table that may be long: only the rows in view are drawn, between two spacers. It scrolls with the page; columns
// that can be sorted by have a button in their head.

import { useEffect, useRef } from 'preact/hooks'
import type { Column, Sort } from './column.ts'
import { useRowWindow } from './row-window.ts'
import { SortHead } from './sort-head.tsx'

interface TableProps<Row> {
  caption: string
  columns: readonly Column<Row>[]
  /** Of the whole list, loaded or not. */
  count: number
  /** `undefined`: not loaded yet. */
  rowAt: (index: number) => Row | undefined
  keyOf: (row: Row) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  /** Told which rows are drawn whenever these change: the place to load what is missing. */
  onRows?: (first: number, end: number) => void
  /** On narrow screens each row becomes a card. */
  cards?: boolean
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, count, onRows } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const { first, end, rowPx } = useRowWindow(body, count)
  useEffect(() => onRows?.(first, end), [first, end, onRows])
  const drawn = Array.from({ length: end - first }, (_, index) => first + index)
  return (
    <div class="table-frame table-frame-long">
      <table class={props.cards ? 'table table-cards' : 'table'} aria-rowcount={count + 1}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <SortHead key={column.name} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <Spacer heightPx={first * rowPx} />
        <tbody ref={body}>
          {drawn.map(index => (
            <TableRow key={rowKey(props, index)} index={index} {...props} />
          ))}
        </tbody>
        <Spacer heightPx={(count - end) * rowPx} />
      </table>
    </div>
  )
}

function rowKey<Row>({ rowAt, keyOf }: TableProps<Row>, index: number): string {
  const row = rowAt(index)
  return row === undefined ? `row ${index}` : keyOf(row)
}

function TableRow<Row>({ index, columns, rowAt }: TableProps<Row> & { index: number }) {
  const row = rowAt(index)
  if (row === undefined) {
    return (
      <tr class="row-loading" aria-rowindex={index + 2}>
        <td colSpan={columns.length} />
      </tr>
    )
  }
  return (
    <tr aria-rowindex={index + 2}>
      {columns.map(column => {
        const name = `${column.isNumber ? 'number ' : ''}${column.class ?? ''}`
        return column.isName ? (
          <th key={column.name} scope="row" class={name}>
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.name} class={name} data-label={column.isUntitled ? undefined : column.title}>
            {column.cell(row)}
          </td>
        )
      })}
    </tr>
  )
}

/** Stands for the rows that are not drawn. Its height is set by script, which the page's policy allows. */
function Spacer({ heightPx }: { heightPx: number }) {
  return (
    <tbody class="spacer" aria-hidden="true">
      <tr>
        <td style={{ height: `${heightPx}px` }} />
      </tr>
    </tbody>
  )
}
