// The Fastify scope that the API's routes are added to, and how it checks queries. Knows no routes.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { RequestRefused } from './problem.ts'

const DECIMAL = /^\d+(\.\d+)?$/

/** Handlers know the types of queries and parameters from their schemas; what they answer is text, or JSON as it is. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: unknown
}

/** A scope whose handlers know the types of their schemas. */
export type ApiScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
>

/**
 * Queries are checked by their schema. Bodies, parameters and headers are read by the routes, which say better what is
 * wrong with them; there the schema is documentation only.
 */
const compileQueryCheck: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart !== 'querystring') return () => true
  const compiled = Compile(schema)
  return (query: Record<string, unknown>) => {
    const value = readNumbers(query, schema)
    if (compiled.Check(value)) return { value }
    return {
      error: new RequestRefused({ code: 'bad_request', message: describe(compiled.Errors(value)[0], query) }),
    }
  }
}

/** Turns decimal texts into numbers where the schema wants some, and drops parameters that are there without a value. */
function readNumbers(query: Record<string, unknown>, schema: TSchema): Record<string, unknown> {
  const { properties } = schema as { properties?: Record<string, { type?: string; default?: unknown }> }
  const read: Record<string, unknown> = {}
  for (const [name, { type, default: fallback }] of Object.entries(properties ?? {})) {
    const text = query[name] === '' ? undefined : query[name]
    const isNumber =
      (type === 'integer' || type === 'number') && typeof text === 'string' && DECIMAL.test(text)
    const value = isNumber ? Number(text) : (text ?? fallback)
    if (value !== undefined) read[name] = value
  }
  return read
}

function describe(error: TLocalizedValidationError | undefined, query: Record<string, unknown>): string {
  const name = error?.instancePath.slice(1) ?? ''
  const value = query[name]
  if (Array.isArray(value))
    return `The query parameter "${name}" is there ${value.length} times; give it once.`
  return `The query parameter "${name}" ${allowedBy(error)}; it is ${JSON.stringify(value)}.`
}

function allowedBy(error: TLocalizedValidationError | undefined): string {
  switch (error?.keyword) {
    case 'enum':
      return `must be one of ${error.params.allowedValues.join(', ')}`
    case 'type':
      return error.params.type === 'integer' ? 'must be a whole number' : 'must be a number'
    case 'minimum':
      return `must be ${error.params.limit} or more`
    case 'maximum':
      return `must be ${error.params.limit} or less`
    default:
      return error?.message ?? 'is not valid'
  }
}

/** Prepares a scope: queries are checked, and answers are written as they are, never cut to their schema. */
export function useSchemas(scope: FastifyInstance): ApiScope {
  const api = scope.withTypeProvider<SchemaTypes>()
  api.setValidatorCompiler(compileQueryCheck)
  api.setSerializerCompiler(() => JSON.stringify)
  return api
}
