// The head of a table's column: its title, or the button that sorts by it.

import type { Column, Sort } from './column.ts'

interface SortHeadProps<Row> {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}

export function SortHead<Row>({ column, sort, onSort }: SortHeadProps<Row>) {
  const { name, title, isNumber, isUntitled, isSortable, below } = column
  const direction = directionOf(name, sort) ?? (below && directionOf(below.name, sort))
  const className = `${isNumber ? 'number ' : ''}${column.class ?? ''}`
  if (!isSortable || !onSort) {
    return (
      <th scope="col" class={className}>
        <span class={isUntitled ? 'unseen' : ''}>{title}</span>
      </th>
    )
  }
  const button = (each: { name: string; title: string }) => (
    <SortButton {...each} isNumber={isNumber === true} sort={sort} onSort={onSort} />
  )
  return (
    <th scope="col" class={className} aria-sort={direction ?? 'none'}>
      {button({ name, title })}
      {below && button(below)}
    </th>
  )
}

interface SortButtonProps {
  name: string
  title: string
  isNumber: boolean
  sort: Sort | undefined
  onSort: (sort: Sort) => void
}

function SortButton({ name, title, isNumber, sort, onSort }: SortButtonProps) {
  const direction = directionOf(name, sort)
  // Figures are looked at from the top, names from the start.
  const next = direction === undefined ? isNumber : direction === 'ascending'
  return (
    <button
      type="button"
      class={direction === undefined ? 'sort' : `sort sort-${direction}`}
      onClick={() => onSort(next ? `-${name}` : name)}
    >
      {title}
    </button>
  )
}

function directionOf(name: string, sort: Sort | undefined): 'ascending' | 'descending' | undefined {
  if (sort === name) return 'ascending'
  return sort === `-${name}` ? 'descending' : undefined
}
