// Asks a running gateway for every cell of one row of the access table, and says what the wire shows. Knows no rules.

import { call } from '../harness/call.ts'
import type { Frame } from '../harness/frame.ts'
import type { Scope } from '../harness/scope.ts'
import { openSse } from '../harness/sse.ts'
import type { ConnectOptions, End } from '../harness/subscriber.ts'
import { openWebSocket, type WebSocketSubscriber } from '../harness/websocket.ts'
import { type Call, type Cell, type Credential, KINDS, type Kind, type Place } from './door.ts'
import { type Secrets, show } from './shown.ts'

export interface Door {
  readonly url: string
  readonly secrets: Secrets
}

interface Row {
  readonly credential: Credential
  readonly place: Place
}

const ALL_KINDS = Object.keys(KINDS) as Kind[]

/** Every cell of a row, with what came of it. */
export async function knock(scope: Scope, row: Row, door: Door): Promise<[Cell, string][]> {
  const found: [Cell, string][] = []
  const put = (kind: Kind, call: Call, outcome: string) => found.push([{ ...row, kind, call }, outcome])
  for (const [kind, outcome] of await connectTo(scope, row, door)) put(kind, 'ws connect', outcome)
  for (const [kind, call, outcome] of await command(scope, row, door)) put(kind, call, outcome)
  for (const kind of ALL_KINDS) {
    put(kind, 'sse connect', await stream(scope, row, kind, door))
    for (const call of Object.keys(PATHS) as HttpCall[]) put(kind, call, await request(row, kind, call, door))
  }
  return found
}

function optionsOf(
  { credential, place }: Row,
  { url, secrets }: Door,
): ConnectOptions & { protocols: string[] } {
  const { headers, protocols, query } = show(credential, place, secrets, url)
  return { headers, protocols, query }
}

/** A WebSocket that asks for all channels in its URL. */
async function connectTo(scope: Scope, row: Row, door: Door): Promise<[Kind, string][]> {
  const socket = await openWebSocket(scope, door.url, {
    ...optionsOf(row, door),
    channels: Object.values(KINDS),
  })
  const refused = await refusalOf(socket)
  if (refused === null) await socket.next('live')
  const outcomes = ALL_KINDS.map((kind): [Kind, string] => {
    const about = socket.frames.find(
      ({ type, channel }) => channel === KINDS[kind] && (type === 'subscribed' || type === 'failure'),
    )
    return [kind, refused ?? told(about)]
  })
  socket.cut()
  return outcomes
}

const told = (frame: Frame | undefined): string =>
  frame?.type === 'failure' ? `failure ${frame.code}` : (frame?.type ?? 'silence')

/** Why a WebSocket was turned away, once that or its welcome is known. */
async function refusalOf(socket: WebSocketSubscriber): Promise<string | null> {
  const first = socket.next(({ type }) => type === 'welcome' || type === 'goodbye').catch(() => null)
  const frame = await first
  if (frame?.type === 'welcome') return null
  const end = await socket.ended
  return frame === null ? statusOf(end) : `${end.closeCode} ${frame.code}`
}

function statusOf({ status, body }: End): string {
  return `${status} ${JSON.parse(body || '{}').code ?? ''}`.trim()
}

/** A WebSocket with nothing but what everybody is given, and a command after another for each channel. */
async function command(scope: Scope, row: Row, door: Door): Promise<[Kind, Call, string][]> {
  const socket = await openWebSocket(scope, door.url, optionsOf(row, door))
  const refused = await refusalOf(socket)
  const outcomes: [Kind, Call, string][] = []
  for (const kind of ALL_KINDS) {
    for (const [call, fields] of COMMANDS) {
      const outcome = refused ?? told(await socket.ask({ ...fields, channel: KINDS[kind] }))
      outcomes.push([kind, call, outcome])
    }
  }
  socket.cut()
  return outcomes
}

/** In this order, for each channel. */
const COMMANDS: readonly [Call, { type: string; data?: unknown }][] = [
  ['ws publish', { type: 'publish', data: 1 }],
  ['ws subscribe', { type: 'subscribe' }],
  ['ws publish, subscribed', { type: 'publish', data: 2 }],
  ['ws history', { type: 'history' }],
  ['ws presence', { type: 'presence' }],
]

async function stream(scope: Scope, row: Row, kind: Kind, door: Door): Promise<string> {
  const { headers, protocols, query = '' } = optionsOf(row, door)
  const offered = protocols.length > 0 ? { 'Sec-WebSocket-Protocol': protocols.join(', ') } : {}
  const sse = await openSse(scope, door.url, {
    query,
    channels: KINDS[kind],
    headers: { ...headers, ...offered },
  })
  if (sse.status !== 200) return statusOf(await sse.ended)
  const frame = await sse.next(({ type, channel }) => type === 'goodbye' || channel === KINDS[kind])
  sse.cut()
  return frame.type === 'goodbye' ? `200 goodbye ${frame.code}` : `200 ${told(frame)}`
}

type HttpCall = Extract<Call, `http ${string}`>

const PATHS: Record<HttpCall, [method: string, path: (channel: string) => string]> = {
  'http publish': ['POST', () => '/api/publish'],
  'http channel': ['GET', channel => `/api/channels/${channel}`],
  'http history': ['GET', channel => `/api/channels/${channel}/messages?limit=1`],
  'http presence': ['GET', channel => `/api/channels/${channel}/presence`],
  'http purge': ['DELETE', channel => `/api/channels/${channel}/messages`],
  'http delete': ['DELETE', channel => `/api/channels/${channel}/messages/nothere1-1`],
}

async function request(row: Row, kind: Kind, wanted: HttpCall, door: Door): Promise<string> {
  const { headers, protocols, query = '' } = optionsOf(row, door)
  const offered = protocols.length > 0 ? { 'Sec-WebSocket-Protocol': protocols.join(', ') } : {}
  const [method, pathOf] = PATHS[wanted]
  const path = pathOf(encodeURIComponent(KINDS[kind]))
  const body = wanted === 'http publish' ? { body: { channel: KINDS[kind], data: 3 } } : {}
  const separator = query === '' ? '' : path.includes('?') ? '&' : '?'
  const answer = await call(`${door.url}${path}${separator}${query}`, method, {
    key: null,
    headers: { ...headers, ...offered },
    ...body,
  })
  // CORS: a foreign page never reads what it was answered.
  const isRead = row.place.includes('foreign') && answer.headers.has('access-control-allow-origin')
  return `${answer.status} ${answer.json.code ?? ''}${isRead ? ', read by the page' : ''}`.trim()
}
