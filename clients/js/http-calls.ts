// Calls by HTTP, for clients whose stream carries none (rule S7). Knows no connection.

import type { Call } from './calls.ts'
import { codeOfStatus, refusalOf, TwinwireError } from './failure.ts'
import type { Tokens } from './tokens.ts'

const CALL_DEADLINE_MS = 15_000

/** Returns what carries a call out by HTTP, with the client's own token or its cookies. */
export function callByHttp(base: URL, tokens: Tokens, sender?: string): (call: Call) => Promise<unknown> {
  async function send(call: Call, token: string | undefined): Promise<Response> {
    const { path, query, body } = requestOf(call, sender)
    const url = new URL(base)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/${path}`
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    return await fetch(url, {
      // As plain text, which the gateway reads as well (rule H3): a page with a cookie is spared the preflight.
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      cache: 'no-store',
      credentials: 'include',
      signal: AbortSignal.timeout(CALL_DEADLINE_MS),
    })
  }

  async function attempt(call: Call, isRenewed: boolean): Promise<unknown> {
    try {
      const response = await send(call, await (isRenewed ? tokens.fresh() : tokens.current()))
      if (response.ok) return await response.json()
      // The token may have ended since the stream began.
      if (response.status === 401 && tokens.isRenewable && !isRenewed) return await attempt(call, true)
      throw new TwinwireError(codeOfStatus(response.status) ?? 'connection_lost', await refusalOf(response))
    } catch (error) {
      if (error instanceof TwinwireError) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new TwinwireError('connection_lost', `The gateway could not be asked: ${why}.`)
    }
  }

  return call => attempt(call, false)
}

interface Request {
  readonly path: string
  readonly query: object
  readonly body?: object
}

function requestOf(call: Call, sender: string | undefined): Request {
  const channel = encodeURIComponent(call.channel)
  switch (call.type) {
    case 'publish': {
      const { type, ref, ...message } = call
      return { path: 'publish', query: {}, body: { ...message, ...(sender === undefined ? {} : { sender }) } }
    }
    case 'history': {
      const { type, ref, channel: _, ...query } = call
      return { path: `channels/${channel}/messages`, query }
    }
    case 'presence':
      return { path: `channels/${channel}/presence`, query: {} }
  }
}
