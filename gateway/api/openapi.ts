// `/api/openapi.json`: the description of the API, made from the schemas beside the routes. Knows no route by name.

import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import type { ApiScope } from './api-scope.ts'

const DESCRIPTION = `Publish with one call; read history; look after channels and connections.
Errors are RFC 9457 problem details (\`application/problem+json\`) whose \`code\` is the same on every transport.`

export interface Description {
  readonly version: string
  /** Where the API is reached, if not where this document is. */
  readonly publicUrl?: string | undefined
}

/** Starts collecting the schemas of routes that are added to this scope from now on. */
export async function describeApi(scope: ApiScope, { version, publicUrl }: Description): Promise<void> {
  await scope.register(swagger, {
    transform: ({ schema, url }) => ({ schema: withDefaultsOptional(schema ?? {}), url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Twinwire',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl ?? '/' }],
      tags: [
        { name: 'publish', description: 'Sending messages' },
        { name: 'channels', description: 'Channels and their history' },
        { name: 'connections', description: 'Who is connected' },
        { name: 'keys', description: 'API keys, made and revoked at run time' },
        { name: 'gateway', description: 'The gateway itself' },
        { name: 'session', description: "An operator's session, for browsers" },
        { name: 'health', description: 'For load balancers and supervisors' },
      ],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'A named, scoped API key.',
          },
          clientToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: "A client's token.",
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'twinwire_session',
            description: 'An operator; writes need X-CSRF-Token.',
          },
        },
      },
      security: [{ apiKey: [] }, { clientToken: [] }, { session: [] }],
    },
  })
}

/** A query parameter with a default is always there for the route, and never required of the caller. */
function withDefaultsOptional(schema: FastifySchema): FastifySchema {
  const query = schema.querystring as QuerySchema | undefined
  if (!query?.required) return schema
  const required = query.required.filter(name => query.properties[name]?.default === undefined)
  return { ...schema, querystring: { ...query, required } }
}

interface QuerySchema {
  readonly properties: Readonly<Record<string, { readonly default?: unknown }>>
  readonly required?: readonly string[]
}

/** Serves the description. It holds no secrets and needs no credential. */
export function openapiRoute(scope: ApiScope): void {
  const response = { 200: { description: 'An OpenAPI 3.1 document.', type: 'object' } }
  const schema = { summary: 'This description', tags: ['gateway'], security: [], response }
  let text: string | undefined
  scope.get('/openapi.json', { schema }, (_request, reply) => {
    text ??= JSON.stringify(scope.swagger())
    return reply.header('content-type', 'application/json').send(text)
  })
}
