// The Fastify scope that the API's routes are added to. Knows no routes.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { Schema, Static } from './schema.ts'

/** Handlers know the types of queries and parameters from their schemas; what they answer is text, or JSON as it is. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends Schema ? Static<this['schema']> : unknown
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

/** A scope for routes with schemas, of a server that was made with `SERVER_OPTIONS`. */
export function useSchemas(scope: FastifyInstance): ApiScope {
  return scope.withTypeProvider<SchemaTypes>()
}
