// Request bodies: JSON text whatever their Content-Type, within their size limit (rules H3, H5). Knows no routes.

import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { type HttpFailure, RequestRefused } from './problem.ts'

/** Arrays carry many messages: they may be this many times as large as a single object. */
export const ARRAY_FACTOR = 8

/** Makes `request.body` the text of the body. `maxObjectBytes` bounds what is no array; the route's `bodyLimit` the rest. */
export function readBodiesAsText(api: FastifyInstance, maxObjectBytes: number): void {
  // `curl -d` says application/x-www-form-urlencoded. Without the header, every body goes to the one parser below.
  api.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type']
    done()
  })
  api.removeAllContentTypeParsers()
  api.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) => {
    const refusal = checkBody(body, maxObjectBytes)
    if (refusal) done(new RequestRefused(refusal))
    else done(null, body.toString('utf8'))
  })
}

/** What is wrong with the bytes of a body, whatever they say. */
export function checkBody(body: Buffer, maxObjectBytes: number): HttpFailure | null {
  if (body.length > maxObjectBytes && !opensArray(body)) {
    return {
      code: 'too_large',
      limit: 'bodyBytes',
      message: `The request body has ${body.length} bytes; an object may have ${maxObjectBytes}, an array ${ARRAY_FACTOR} times that.`,
    }
  }
  return isUtf8(body)
    ? null
    : { code: 'bad_request', message: 'The request body is not valid UTF-8; JSON must be.' }
}

function opensArray(body: Buffer): boolean {
  const first = body.find(byte => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
  return first === 0x5b
}
