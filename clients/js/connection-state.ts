// The states of a client's connection and what moves it between them. Pure: knows no socket, timer or clock.
//
//   connecting ──welcome──> open
//       │  ^                 │
//      lost └─retry, wake─┐  lost
//       └──────────> waiting <┘        lost for good: stopped (retry leaves it)
//                                      close: closed, from everywhere, for ever

import { CODES, reconnectsAfter } from '../../shared/codes.ts'
import type { Goodbye } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'
import type { ProblemCode } from './failure.ts'
import { codeOfStatus } from './failure.ts'

/** Why a connection ended. */
export interface Loss {
  readonly code: ProblemCode
  readonly reason: string
  readonly reconnect: boolean
  /** The gateway's wish: not before this many milliseconds. */
  readonly afterMs?: number | undefined
}

export type State =
  | { readonly name: 'connecting'; readonly attempt: number }
  | {
      readonly name: 'open'
      readonly attempt: number
      readonly since: number
      readonly transport: Transport
      readonly connection: string
      readonly user?: string | undefined
    }
  | {
      readonly name: 'waiting'
      readonly attempt: number
      /** When the next attempt is due; no sign of the world brings it forward beyond `notBefore`. */
      readonly until: number
      readonly notBefore: number
      readonly loss: Loss
    }
  | { readonly name: 'stopped'; readonly loss: Loss }
  | { readonly name: 'closed' }

export type Input =
  | { name: 'welcome'; now: number; transport: Transport; connection: string; user?: string | undefined }
  | { name: 'lost'; now: number; random: number; loss: Loss }
  | { name: 'retry' }
  /** The world looks better: network or page are back. */
  | { name: 'wake'; now: number }
  /** The link is to be replaced, because it asks for other channels now. */
  | { name: 'reopen' }
  | { name: 'close' }

export interface Backoff {
  /** The first wait is random below this; each further one below twice the last. */
  readonly firstMs: number
  readonly capMs: number
}

/** A connection that lived this long starts the backoff anew; one that dies sooner is part of the same trouble. */
export const STABLE_MS = 10_000
/** Of the range a wait is drawn from, the part that is never fallen short of. */
const LEAST_PART = 0.1

/** What becomes of a state. Inputs that do not apply leave it as it is, so late ones are harmless. */
export function transition(state: State, input: Input, backoff: Backoff): State {
  if (state.name === 'closed') return state
  switch (input.name) {
    case 'welcome': {
      if (state.name !== 'connecting') return state
      const { now, transport, connection, user } = input
      return { name: 'open', attempt: state.attempt, since: now, transport, connection, user }
    }
    case 'lost':
      if (state.name !== 'connecting' && state.name !== 'open') return state
      return afterLoss(state, input, backoff)
    case 'retry':
      if (state.name === 'waiting') return { name: 'connecting', attempt: state.attempt }
      return state.name === 'stopped' ? { name: 'connecting', attempt: 0 } : state
    case 'wake': {
      if (state.name !== 'waiting' || input.now < state.notBefore) return state
      return { name: 'connecting', attempt: state.attempt }
    }
    case 'reopen':
      if (state.name !== 'connecting' && state.name !== 'open') return state
      return { name: 'connecting', attempt: state.attempt }
    case 'close':
      return { name: 'closed' }
  }
}

function afterLoss(
  state: State & { name: 'connecting' | 'open' },
  { now, random, loss }: Input & { name: 'lost' },
  backoff: Backoff,
): State {
  if (!loss.reconnect) return { name: 'stopped', loss }
  const stable = state.name === 'open' && now - state.since >= STABLE_MS
  const attempt = stable ? 0 : state.attempt
  const rangeMs = Math.min(backoff.capMs, backoff.firstMs * 2 ** attempt)
  // Full jitter: a thousand clients cut off together must not come back together. From the second attempt on not quite
  // down to nothing, so that neither luck nor a page that wakes every moment makes a loop without a pause.
  const leastMs = attempt === 0 ? 0 : rangeMs * LEAST_PART
  const delayMs = Math.max(random * rangeMs, leastMs, loss.afterMs ?? 0)
  const notBefore = now + Math.max(leastMs, loss.afterMs ?? 0)
  return { name: 'waiting', attempt: attempt + 1, until: now + delayMs, notBefore, loss }
}

/** The loss that a WebSocket close code tells of (protocol §3: 4000 + HTTP status). */
export function lossOfClose(close: number, reason: string): Loss {
  const code = codeOfStatus(close - 4000) ?? 'connection_lost'
  return { code, reason: reason || `the connection closed (${close})`, reconnect: reconnectsAfter(close) }
}

/** The loss that an HTTP status tells of, where a stream was expected (rule S5: 400, 401 and 403 are final). */
export function lossOfStatus(status: number, reason: string, afterMs?: number): Loss {
  const code = codeOfStatus(status)
  const reconnect = code === undefined || CODES[code].reconnect
  return { code: code ?? 'connection_lost', reason, reconnect, afterMs }
}

export function lossOfGoodbye({ code, reason, reconnect, after }: Goodbye): Loss {
  return { code, reason, reconnect, afterMs: after }
}
