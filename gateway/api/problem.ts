// Every error of the HTTP API in one form, RFC 9457 problem details. The one place that writes them; knows no routes.

import type { ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CODES, type Code, type Failure } from '../../shared/codes.ts'
import { STATUS_CODES } from '../access/node-http.ts'
import type { LimitKind } from '../core/counters.ts'
import { storageFailureOf } from '../core/storage-failure.ts'

/** A failure with what only HTTP can say: a status other than the code's own, and when to come back. */
export interface HttpFailure extends Failure {
  readonly status?: number | undefined
  readonly retryAfterSeconds?: number | undefined
  /** The limit that was met, where whoever answers is the first who can count it. */
  readonly limit?: LimitKind | undefined
}

/** A failure on its way through Fastify's error handling, for the places that cannot answer by themselves. */
export class RequestRefused extends Error {
  readonly failure: HttpFailure

  constructor(failure: HttpFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Overload and storage faults pass within moments; a client that waits this long does not add to them. */
const RETRY_AFTER_SECONDS = 1

/** Answers a request with a failure. */
export function sendProblem(reply: FastifyReply, failure: HttpFailure): FastifyReply {
  const { status, headers, body } = problemOf(failure)
  reply.request.refusal = failure
  return reply.code(status).headers(headers).send(body)
}

/** The same where there is no framework between. */
export function writeProblem(
  response: ServerResponse,
  failure: HttpFailure,
  others: Readonly<Record<string, string>>,
): void {
  const { status, headers, body } = problemOf(failure)
  response.writeHead(status, {
    ...others,
    ...headers,
    'content-length': body.length,
  })
  response.end(body)
}

/** What stands in the answer; its length goes into the headers too. */
export function problemOf(failure: HttpFailure): {
  status: number
  headers: Record<string, string>
  body: Buffer
} {
  const { code, message, retryAfterSeconds = RETRY_AFTER_SECONDS } = failure
  const status = failure.status ?? CODES[code].status
  const title = STATUS_CODES[status] ?? CODES[code].title
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    // Also what fails before any hook: a URL that is none.
    'x-content-type-options': 'nosniff',
    ...((status === 429 || status === 503) && { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  }
  // As bytes: to a text Fastify would add a charset, which this media type does not have.
  const body = Buffer.from(JSON.stringify({ type: 'about:blank', title, status, detail: message, code }))
  return { status, headers, body }
}

/** Makes problems of whatever fails: refused requests, Fastify's own errors, and bugs (logged, and not shown). */
export function answerErrorsWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
}

/** Answers an error; also fits Fastify's `frameworkErrors`, which sees what fails before routing. */
export function sendError(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  goOnAfterBody(error as FastifyError, request, reply)
  return sendProblem(reply, failureOf(error, request))
}

function failureOf(error: Error, request: FastifyRequest): HttpFailure {
  if (error instanceof RequestRefused) return error.failure
  return storageFailureOf(error) ?? ofFramework(error as FastifyError, request)
}

/** A body that is refused for its size is read to its end up to here; who sends more is cut off. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024

/**
 * Fastify hangs up behind every body that is refused. There is no need to if it was read to its end, nor if Node may
 * discard what is missing; a client that still waits to be told to send it (`Expect`) may not send it at all.
 */
function goOnAfterBody(error: FastifyError, { raw, headers }: FastifyRequest, reply: FastifyReply): void {
  const isTooLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' && headers.expect === undefined
  const bytes = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (!raw.complete && !(isTooLarge && bytes <= MAX_DISCARDED_BYTES)) return
  // False: the client asked for the end. A header of the answer below the framework: the gateway is stopping.
  const mayGoOn = reply.raw.shouldKeepAlive && !reply.raw.hasHeader('connection')
  // Node announces no end of its own on an answer from which the header was removed.
  if (mayGoOn && reply.getHeader('connection') === 'close') reply.header('connection', 'keep-alive')
}

function ofFramework(error: FastifyError, request: FastifyRequest): HttpFailure {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      code: 'too_large',
      limit: 'bodyBytes',
      message: `The request body is over ${request.routeOptions.bodyLimit} bytes; send less at a time.`,
    }
  }
  if (error.code === 'FST_ERR_BAD_URL') {
    return { code: 'bad_request', message: 'The path of the URL is not valid; percent-encode it as UTF-8.' }
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return { code: codeOf(status), status, message: error.message }
  return bugFailure(error, request.log)
}

/** What a bug is answered with: logged, and not shown. */
export function bugFailure(error: unknown, log: Pick<FastifyBaseLogger, 'error'>): HttpFailure {
  log.error({ err: error }, 'a request failed')
  return { code: 'internal', message: 'The gateway failed to answer this request; its log says why.' }
}

function codeOf(status: number): Code {
  const match = Object.entries(CODES).find(([, row]) => row.status === status)
  return match ? (match[0] as Code) : 'bad_request'
}
