// How the query of a request is read by its schema: texts become numbers, defaults stand in, what is wrong is said. Knows
// no routes, and of schemas what queries need: texts, numbers and choices.

import type { FastifySchemaCompiler } from 'fastify'
import { RequestRefused } from './problem.ts'
import type { Schema } from './schema.ts'

const DECIMAL = /^-?\d+(\.\d+)?$/

/**
 * Queries are checked by their schema. Bodies, parameters and headers are read by the routes, which say better what is
 * wrong with them; there the schema is documentation only.
 */
export const compileQueryCheck: FastifySchemaCompiler<Schema> = ({ schema, httpPart }) => {
  if (httpPart !== 'querystring') return () => true
  const parameters = Object.entries(schema.properties ?? {})
  return (query: Record<string, unknown>) => {
    const value: Record<string, unknown> = {}
    for (const [name, parameter] of parameters) {
      const text = query[name]
      if (Array.isArray(text)) return { error: refusal(name, `is there ${text.length} times; give it once`) }
      const given = readParameter(text, parameter)
      if (given === undefined) continue
      const wrong = findFault(given, parameter)
      if (wrong !== null) return { error: refusal(name, `${wrong}; it is ${JSON.stringify(text)}`) }
      value[name] = given
    }
    return { value }
  }
}

/** A decimal text as a number where one is wanted. A parameter without a value is as good as none. */
function readParameter(given: unknown, { type, default: fallback }: Schema): unknown {
  if (given === undefined || given === '') return fallback
  const isNumber = type === 'integer' || type === 'number'
  return isNumber && typeof given === 'string' && DECIMAL.test(given) ? Number(given) : given
}

/** What a value must be and is not; null: nothing is wrong with it. */
function findFault(
  value: unknown,
  { type, enum: allowed, minimum, maximum, maxLength }: Schema,
): string | null {
  if (type === 'number' && typeof value !== 'number') return 'must be a number'
  if (type === 'integer' && !Number.isInteger(value)) return 'must be a whole number'
  if (allowed && !allowed.includes(value)) return `must be one of ${allowed.join(', ')}`
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must be ${minimum} or more`
    if (maximum !== undefined && value > maximum) return `must be ${maximum} or less`
  }
  if (typeof value === 'string' && maxLength !== undefined && [...value].length > maxLength)
    return `must not have more than ${maxLength} characters`
  return null
}

function refusal(name: string, wrong: string): RequestRefused {
  return new RequestRefused({ code: 'bad_request', message: `The query parameter "${name}" ${wrong}.` })
}
