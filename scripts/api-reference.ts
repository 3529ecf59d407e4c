// The API reference as a page, made from the OpenAPI document that the gateway serves. Pure; knows no call by name.

/** As much of OpenAPI 3.1 as our document uses. */
export interface ApiDocument {
  readonly info: { readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security?: readonly unknown[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
}

/** A row of a table: a parameter, or a member of a body. */
interface Row {
  readonly name: string
  readonly type: string
  readonly what: string
}

const HEAD = `<!-- Made by \`npm run docs\` from the gateway's own description (GET /api/openapi.json): do not edit. -->
# The HTTP API`

const READING = `Who may make which call: [access](access.md). The rules behind it: [protocol](protocol.md#6-http). A name with \`?\` may be missing; \`[]\` is each item of an array.`

/** The whole page, in Markdown. */
export function apiReference({ info, tags, paths }: ApiDocument): string {
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
  const parts = tags.flatMap(tag => [
    `## ${tag.description}`,
    ...calls
      .filter(({ operation }) => operation.tags.includes(tag.name))
      .flatMap(({ call, operation }) => callParts(call, operation)),
  ])
  return `${[HEAD, info.description.replaceAll('\n', ' '), READING, ...parts].join('\n\n')}\n`
}

function callParts(call: string, operation: Operation): string[] {
  const { summary, description, parameters = [], requestBody, responses, security } = operation
  const parts = [`### ${summary}`, `\`${call}\`${security?.length === 0 ? ' · needs no credential' : ''}`]
  if (description) parts.push(description)
  for (const place of ['path', 'query', 'header']) {
    const rows = parameters.filter(each => each.in === place).map(parameterRow)
    parts.push(...table(`in the ${place}`, rows))
  }
  const body = schemaOf(requestBody?.content)
  if (body) parts.push(...table('in the body', rowsOf(body)), ...example(body))
  const [good, ...others] = Object.entries(responses)
  const [status, { description: says, content }] = good!
  const answer = schemaOf(content)
  parts.push(`**${status}** · ${says}`)
  if (answer) parts.push(...table('in the answer', rowsOf(answer)))
  const statuses = others.map(([other, response]) => `${other} ${response.description}`)
  if (statuses.length > 0) parts.push(`Or: ${statuses.join(' · ')}.`)
  return parts
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return content && Object.values(content)[0]?.schema
}

function parameterRow({ name, required, description, schema }: Parameter): Row {
  return { name: name + (required ? '' : '?'), type: typeOf(schema), what: description ?? '' }
}

/** Members of a schema, those of objects within it too; a member that several variants have stands there once. */
function rowsOf(schema: Schema, prefix = ''): Row[] {
  const rows = new Map<string, Row>()
  const add = (row: Row) => {
    const name = bareName(row)
    if (!rows.has(name)) rows.set(name, row)
  }
  for (const row of rowsOfVariants(schema.anyOf ?? [], prefix)) add(row)
  if (schema.items) rowsOf(schema.items, prefix === '' ? '' : `${prefix}[]`).forEach(add)
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const mark = schema.required?.includes(name) ? '' : '?'
    add({ name: path + mark, type: typeOf(member), what: member.description ?? '' })
    rowsOf(member, path).forEach(add)
  }
  return [...rows.values()]
}

/** What only some variants have may be missing. */
function rowsOfVariants(variants: readonly Schema[], prefix: string): Row[] {
  const all = variants.map(variant => rowsOf(variant, prefix)).filter(rows => rows.length > 0)
  const isInAll = (row: Row) => all.every(rows => rows.some(other => bareName(other) === bareName(row)))
  return all.flat().map(row => (isInAll(row) ? row : { ...row, name: `${bareName(row)}?` }))
}

const bareName = ({ name }: Row) => name.replace(/\?$/, '')

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(value => `\`${value}\``).join(' ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  const name = schema.items ? `array of ${typeOf(schema.items)}` : (schema.type ?? 'any JSON')
  const { minimum, maximum } = schema
  const bounds = minimum !== undefined && maximum !== undefined ? ` ${minimum}–${maximum}` : ''
  return `${name}${bounds}${schema.default === undefined ? '' : `, by default ${schema.default}`}`
}

function table(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  const lines = rows.map(({ name, type, what }) => `| \`${name}\` | ${type} | ${escapeCell(what)} |`)
  return [[`| ${title} | | |`, '|---|---|---|', ...lines].join('\n')]
}

const escapeCell = (text: string) => text.replaceAll('|', '\\|')

function example(schema: Schema): string[] {
  const found = schema.examples?.[0] ?? schema.anyOf?.find(variant => variant.examples)?.examples?.[0]
  return found === undefined ? [] : [`\`\`\`json\n${JSON.stringify(found)}\n\`\`\``]
}
