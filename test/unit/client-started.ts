// A client as tests run it: started with a fast backoff, its states queued, closed when the test ends.

import { onTestFinished } from 'vitest'
import type { ConnectOptions, State, Twinwire } from '../../clients/js/connect.ts'
import { connect } from '../../clients/js/connect.ts'
import type { Frame } from './client-scripted-gateway.ts'
import { createQueue } from './client-scripted-gateway.ts'

export const WELCOME = { type: 'welcome', connection: 'c1', heartbeat: 25_000, protocol: 1 }
const FAST = { firstMs: 20, capMs: 40 }

type Waiting<Item> = ReturnType<typeof createQueue<Item>>

export function start(
  url: string,
  options: ConnectOptions = {},
): { client: Twinwire; states: Waiting<State> } {
  const client = connect(url, { backoff: FAST, ...options })
  onTestFinished(() => client.close())
  const states = createQueue<State>()
  client.on('state', state => states.push(state))
  return { client, states }
}

export async function nextState(states: Waiting<State>, name: State['name']): Promise<State> {
  for (;;) {
    const state = await states.next()
    if (state.name === name) return state
  }
}

export function subscribed(channel: string, cursor: string, more: object = {}): Frame {
  return { type: 'subscribed', channel, cursor, ...more }
}

export function message(channel: string, seq: number): Frame {
  return { type: 'message', channel, id: `e-${seq}`, time: seq, data: seq }
}
