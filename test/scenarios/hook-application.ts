// An application with a hook, and a gateway that asks it: each visitor is answered by what its test says. Knows no transport.

import { type Gateway, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { type Received, type Reply, startWebServer, type WebServer } from '../harness/web-server.ts'

export const HOOK_SECRET = 'hook-secret-of-the-black-box-suite-0123456789'

export interface Question {
  readonly connection: string | null
  readonly ip: string
  readonly headers: Record<string, string>
  readonly transport: string
  readonly channels: string[]
}

type AnswerTo = (question: Question) => Reply | Promise<Reply>

export interface Visitor {
  /** With the visitor's session. */
  readonly headers: Record<string, string>
  /** What the hook was asked about the visitor, in order. */
  questions(): Question[]
  requests(): Received[]
}

export interface Application {
  readonly app: WebServer
  readonly gateway: Gateway
  /** Somebody with a session of their own. */
  visitor(answer: AnswerTo, headers?: Record<string, string>): Visitor
}

let visitors = 0

export async function startApplication(
  scope: Scope,
  hook: object = {},
  more: object = {},
): Promise<Application> {
  const answers = new Map<string, AnswerTo>()
  const app = await startWebServer(scope, request => {
    const question = JSON.parse(request.body)
    const sid = /sid=([\w-]+)/.exec(question.headers.cookie ?? '')?.[1] ?? ''
    return answers.get(sid)?.(question) ?? { body: {} }
  })
  const url = `${app.url}/hook.php?from=gateway`
  const headers = ['Cookie', 'Authorization', 'X-Tenant']
  const gateway = await startGateway(scope, {
    config: {
      ...more,
      auth: {
        jwt: { secret: 'test-secret-of-the-black-box-suite-0123456789' },
        // The time of an answer is not what most of these tests are about.
        hook: { url, secret: HOOK_SECRET, headers, timeout: '30s', cache: '1m', ...hook },
      },
    },
  })
  return {
    app,
    gateway,
    visitor(answer, more = {}) {
      const sid = `visitor-${++visitors}`
      answers.set(sid, answer)
      const requests = () => app.received.filter(({ body }) => body.includes(`sid=${sid};`))
      return {
        headers: { Cookie: `sid=${sid}; theme=dark`, ...more },
        requests,
        questions: () => requests().map(({ body }) => JSON.parse(body)),
      }
    },
  }
}
