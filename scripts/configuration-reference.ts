// The tables of docs/configuration.md, made from the table that the gateway reads its configuration with. Pure; the text
// between them, and which keys stand together, is the page's own.

import type { Field, Reader } from '../gateway/config/fields.ts'
import { readSettings } from '../gateway/config/schema.ts'

const HEAD = '| key | default | what it is for, and why so |\n|---|---|---|\n'
/** The keys at the top that a table is for, and the table. */
const TABLE = /(?<=<!-- keys: )([\w, ]+)( -->\n\n)(?:\|.*\n)+/g

/** The page with its tables as they should be. */
export function withTables(page: string): string {
  return page.replace(TABLE, (_, names: string, rest: string) => {
    const rows = names.split(', ').flatMap(name => rowsOf(name, readSettings.fields?.[name]))
    return `${names}${rest}${HEAD}${rows.join('\n')}\n`
  })
}

function rowsOf(path: string, field: Field<unknown> | undefined): string[] {
  if (!field) throw new Error(`docs/configuration.md has a table of "${path}", which is no key.`)
  return [`| \`${path}\` |${standardOf(field)} | ${field.why} |`, ...rowsWithin(path, field.read)]
}

function rowsWithin(path: string, read: Reader<unknown>): string[] {
  if (read.item) return rowsWithin(`${path}[]`, read.item)
  return Object.entries(read.fields ?? {}).flatMap(([key, field]) => rowsOf(`${path}.${key}`, field))
}

/** What stands in for a value that is not given, as a person would write it; of a mapping, its keys say it. */
function standardOf({ presence, fallback, read }: Field<unknown>): string {
  if (presence === 'optional') return ' –'
  if (presence === 'required') return ' required'
  if (read.fields) return ''
  const text = Array.isArray(fallback)
    ? `[${fallback.map(each => JSON.stringify(each)).join(', ')}]`
    : String(fallback)
  return ` \`${text}\``
}
