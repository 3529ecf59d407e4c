// Asks the application's hook over HTTP: signed, a few at a time, within a time limit. Knows no identities.

import { createHmac } from 'node:crypto'
import type { Failure } from '../../shared/codes.ts'
import type { HookConfig } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { type Counters, tally } from '../core/counters.ts'
import type { Complain } from './complaints.ts'
import { type HookAnswer, readAnswer, readRefusal } from './hook-answer.ts'
import { readBounded, reasonOf, withoutQuery } from './remote-answer.ts'
import { Slots } from './slots.ts'

/** What the hook is asked. Its members are the body of the request. */
export interface Question {
  /** The id that `welcome` names; `null` for a call of the HTTP API. */
  readonly connection: string | null
  readonly ip: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: 'websocket' | 'sse' | 'http'
  readonly channels: readonly string[]
}

/** Asks; a failure is final (`unauthorized`, `forbidden`) only if the application said so, and `unavailable` otherwise. */
export type Ask = (question: Question) => Promise<HookAnswer | Failure>

/** Who waits in line longer than this many others would be too late anyway. */
const MAX_WAITING = 500
const MAX_BYTES = 64 * 1024

export function createHookClient(config: HookConfig, clock: Clock, complain: Complain): Ask {
  const slots = new Slots(config.concurrency, MAX_WAITING)
  const fail = (reason: string): Failure => {
    complain(
      `auth.hook: ${withoutQuery(config.url)} gave no decision, and who asked is sent away to come back: ${reason}`,
    )
    return UNAVAILABLE
  }
  return async question => {
    const signal = AbortSignal.timeout(config.timeoutMs)
    if (!(await slots.enter(signal))) {
      return fail(
        `${config.concurrency} questions were under way all the time; make the hook faster, or raise auth.hook.concurrency.`,
      )
    }
    try {
      const { status, body } = await post(config, question, clock, signal)
      if (status === 401 || status === 403) return readRefusal(status, body ?? '')
      const answer = status === 200 && body !== null ? readAnswer(body, clock()) : problemOf(status)
      return typeof answer === 'string' ? fail(answer) : answer
    } catch (error) {
      return fail(`${reasonOf(error)} (auth.hook.timeout is ${config.timeoutMs} ms).`)
    } finally {
      slots.leave()
    }
  }
}

/** Asks as `ask` does, and counts what comes of it. */
export function countOutcomes(ask: Ask, counters: Pick<Counters, 'hook'>): Ask {
  return async question => {
    const answer = await ask(question)
    const isFailure = 'code' in answer
    tally(counters.hook, !isFailure ? 'decided' : answer.code === 'unavailable' ? 'failed' : 'refused')
    return answer
  }
}

const UNAVAILABLE: Failure = {
  code: 'unavailable',
  message: 'The application that decides who may connect does not answer: try again in a few seconds.',
}

function problemOf(status: number): string {
  if (status === 200) return `The answer is longer than ${MAX_BYTES} bytes.`
  const hint =
    status >= 300 && status < 400 ? ' (redirects are not followed: is there a login in front of it?)' : ''
  return `It answered ${status}${hint}, and 200, 401 and 403 are decisions.`
}

interface Received {
  readonly status: number
  /** `null`: longer than allowed. */
  readonly body: string | null
}

async function post(
  config: HookConfig,
  question: Question,
  clock: Clock,
  signal: AbortSignal,
): Promise<Received> {
  const body = JSON.stringify(question)
  const send = (): Promise<Response> =>
    fetch(config.url, {
      method: 'POST',
      headers: {
        // In their own place too, so that the application finds the session as it does on every page.
        ...question.headers,
        'content-type': 'application/json',
        accept: 'application/json',
        'twinwire-signature': sign(body, config.secret, clock()),
      },
      body,
      redirect: 'manual',
      signal,
    })
  const response = await send().catch(error => {
    // A kept connection that the backend closed at this moment says nothing about the backend.
    if (!signal.aborted && /^(ECONNRESET|UND_ERR_SOCKET|EPIPE)$/.test(reasonOf(error))) return send()
    throw error
  })
  return { status: response.status, body: await readBounded(response, MAX_BYTES) }
}

/** The value of `Twinwire-Signature`: the second since 1970, and the HMAC of that and the body. */
export function sign(body: string, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}
