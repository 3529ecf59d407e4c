// The logger: JSON lines on stderr, without tokens. Knows no HTTP; stdout belongs to the ready lines.

import pino, { type Logger } from 'pino'
import type { Config } from '../config/config.ts'

/** `redactUrl` masks what is secret in a URL. */
export function createLogger(level: Config['logLevel'], redactUrl: (url: string) => string): Logger {
  const serializers = {
    req: (request: { method: string; url: string }) => ({
      method: request.method,
      url: redactUrl(request.url),
    }),
  }
  return pino({ level, serializers }, pino.destination({ fd: 2, sync: true }))
}
