// The states of a client's connection and what moves it between them. Pure: knows no socket, timer or clock.
//
//   connecting ──welcome──> open
//       │  ^                 │
//      lost └───retry──┐    lost
//       └──────────> waiting <┘        lost for good: stopped (retry leaves it)
//                                      close: closed, from everywhere, for ever

import type { Code } from '../../shared/codes.ts'
import { CODES, reconnectsAfter } from '../../shared/codes.ts'
import type { Goodbye } from '../../shared/frames.ts'
import type { Transport } from '../../shared/stats.ts'

/** Why a connection ended. `connection_lost`: no word from the gateway itself. */
export interface Loss {
  readonly code: Code | 'connection_lost'
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
  | { readonly name: 'waiting'; readonly attempt: number; readonly until: number; readonly loss: Loss }
  | { readonly name: 'stopped'; readonly loss: Loss }
  | { readonly name: 'closed' }

export type Input =
  | { name: 'welcome'; now: number; transport: Transport; connection: string; user?: string | undefined }
  | { name: 'lost'; now: number; random: number; loss: Loss }
  | { name: 'retry' }
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
  // Full jitter: a thousand clients cut off together must not come back together.
  const delayMs = random * Math.min(backoff.capMs, backoff.firstMs * 2 ** attempt)
  return { name: 'waiting', attempt: attempt + 1, until: now + Math.max(delayMs, loss.afterMs ?? 0), loss }
}

/** The loss that a WebSocket close code tells of (protocol §3: 4000 + HTTP status). */
export function lossOfClose(close: number, reason: string): Loss {
  const code = codeOfStatus(close - 4000) ?? 'connection_lost'
  return { code, reason: reason || `the connection closed (${close})`, reconnect: reconnectsAfter(close) }
}

/** The loss that an HTTP status tells of, where a stream was expected (rule S5: 400, 401 and 403 are final). */
export function lossOfStatus(status: number, reason: string): Loss {
  const code = codeOfStatus(status)
  return { code: code ?? 'connection_lost', reason, reconnect: code === undefined || CODES[code].reconnect }
}

export function lossOfGoodbye({ code, reason, reconnect, after }: Goodbye): Loss {
  return { code, reason, reconnect, afterMs: after }
}

function codeOfStatus(status: number): Code | undefined {
  return (Object.keys(CODES) as Code[]).find(code => CODES[code].status === status)
}
