// The head of a table's column: its title, or the button that sorts by it.

import type { Column, Sort } from './column.ts'

interface SortHeadProps<Row> {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}

export function SortHead<Row>({ column, sort, onSort }: SortHeadProps<Row>) {
  const { name, title, isNumber, isUntitled, isSortable } = column
  const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined
  const className = `${isNumber ? 'number ' : ''}${column.class ?? ''}`
  if (!isSortable || !onSort) {
    return (
      <th scope="col" class={className}>
        <span class={isUntitled ? 'unseen' : ''}>{title}</span>
      </th>
    )
  }
  // Figures are looked at from the top, names from the start.
  const next = direction === undefined ? isNumber : direction === 'ascending'
  return (
    <th scope="col" class={className} aria-sort={direction ?? 'none'}>
      <button type="button" class="sort" onClick={() => onSort(next ? `-${name}` : name)}>
        {title}
      </button>
    </th>
  )
}
