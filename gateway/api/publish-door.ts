// The short way in for backends: takes a plain `POST /api/publish` from the HTTP server before the web framework sees it, and
// leaves it every other request. Knows no messages: the call behind it is the one that the framework's route makes.
//
// Plain is what backends send a thousand times a second: this path, a body of known length, an API key as bearer. Whatever a
// hook of the framework would have something to say about (another path or method, a page's origin, a token, a cookie's
// session, an address that is barred, a body that is too large) goes on to the framework untouched, and is refused there.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type { AddressCheck } from '../access/address-lists.ts'
import type { ShownKeys } from '../access/shown-keys.ts'
import type { Context } from '../core/context.ts'
import { tally } from '../core/counters.ts'
import { checkEnd } from '../core/identity-end.ts'
import type { Caller } from './actor.ts'
import { checkBody } from './body.ts'
import type { RequestsUnderWay } from './pipelining.ts'
import { bugFailure, type HttpFailure, writeProblem } from './problem.ts'
import type { Publish } from './publish-call.ts'
import { countLimit, tellRefusal } from './refusals.ts'

export interface PublishDoorDeps {
  readonly publish: Publish
  readonly keys: Pick<ShownKeys, 'identify'>
  readonly checkAddress: AddressCheck
  readonly addressOf: (request: IncomingMessage) => string
  /** The path and query as the routes know them. */
  readonly urlOf: (request: IncomingMessage) => string
  /** Once the server closes, the framework says so in its answers. */
  readonly isClosing: () => boolean
  readonly underWay: Pick<RequestsUnderWay, 'begin' | 'end'>
  readonly maxBodyBytes: number
  /** What stands on every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly context: Pick<Context, 'counters' | 'observe' | 'clock'>
  readonly logger: Pick<FastifyBaseLogger, 'error'>
}

const PATH = '/api/publish'
/** What only some requests have, and the framework knows what to do about. */
const UNUSUAL = ['origin', 'expect', 'transfer-encoding', 'upgrade'] as const

/** A listener for the server's requests that takes plain publishes, and leaves all others to `next`. */
export function takePublishes(deps: PublishDoorDeps, next: RequestListener): RequestListener {
  return (request, response) => {
    const caller = recognize(request, deps)
    if (caller === null) next(request, response)
    else if (deps.underWay.begin(request)) take(request, response, caller, deps)
  }
}

/** Who publishes; `null` for a request that is not for this door. Leaves the request as it is. */
function recognize(request: IncomingMessage, deps: PublishDoorDeps): Caller | null {
  if (request.method !== 'POST' || deps.urlOf(request) !== PATH || deps.isClosing()) return null
  const { headers, socket } = request
  const bytes = Number(headers['content-length'] ?? 0)
  if (bytes === 0 || bytes > deps.maxBodyBytes || headers.host === undefined) return null
  for (const name of UNUSUAL) if (headers[name] !== undefined) return null
  const ip = deps.addressOf(request)
  if (deps.checkAddress(ip) !== null) return null
  const identity = deps.keys.identify(socket, headers.authorization)
  return identity && { identity, ip }
}

function take(
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  deps: PublishDoorDeps,
): void {
  response.once('finish', () => {
    tally(deps.context.counters.responses, response.statusCode)
    deps.underWay.end(request)
  })
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  // Of a body that breaks off nothing comes: it never ends.
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    void answer(request, response, caller, body, deps)
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  body: Buffer,
  deps: PublishDoorDeps,
): Promise<void> {
  const outcome = await carryOut(request, caller, body, deps)
  if (typeof outcome !== 'string') {
    refuse(response, caller, outcome, deps)
    return
  }
  response.writeHead(200, {
    ...deps.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(outcome),
  })
  response.end(outcome)
}

/** Never rejects: here nobody else catches what a bug throws, and it would end the process (rule R6). */
async function carryOut(
  { headers }: IncomingMessage,
  caller: Caller,
  body: Buffer,
  { publish, maxBodyBytes, logger }: PublishDoorDeps,
): Promise<string | HttpFailure> {
  try {
    // A body may take its time: a key that is revoked meanwhile must not carry out what it asked for before.
    const refused = checkEnd(caller.identity) ?? checkBody(body, maxBodyBytes)
    if (refused) return refused
    const key = headers['idempotency-key'] as string | undefined
    return await publish({ ...caller, text: body.toString('utf8'), key })
  } catch (error) {
    return bugFailure(error, logger)
  }
}

function refuse(
  response: ServerResponse,
  caller: Caller,
  failure: HttpFailure,
  { headers, context }: PublishDoorDeps,
): void {
  writeProblem(response, failure, headers)
  countLimit(context.counters, failure)
  tellRefusal({ ...caller, method: 'POST', url: PATH }, failure, context)
}
