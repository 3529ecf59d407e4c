// The HTTP API over a log that is an array: enough to see what the API makes of requests. Real access, no sockets.

import { createHmac } from 'node:crypto'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { onTestFinished } from 'vitest'
import { createAccess } from '../../gateway/access/access.ts'
import { ApiKeys } from '../../gateway/access/api-keys.ts'
import { createIdentify } from '../../gateway/access/identify.ts'
import { Operators } from '../../gateway/access/operators.ts'
import { createOrigins } from '../../gateway/access/origins.ts'
import { registerApi } from '../../gateway/api/api.ts'
import type { ApiDeps } from '../../gateway/api/deps.ts'
import { createPublish } from '../../gateway/api/publish-call.ts'
import { refuseUnclear, SERVER_OPTIONS } from '../../gateway/api/server-options.ts'
import { ChannelDirectory } from '../../gateway/core/channel-directory.ts'
import { BUILT_IN_RULES, ChannelRules } from '../../gateway/core/channel-rules.ts'
import { createCounters } from '../../gateway/core/counters.ts'
import type { HistoryQuery } from '../../gateway/core/history.ts'
import type { Follower, Message } from '../../gateway/core/log.ts'
import type { Publication, Published } from '../../gateway/core/publication.ts'
import { checkPublication } from '../../gateway/core/publication-check.ts'
import { startTimer } from '../../gateway/core/timer.ts'
import type { Failure } from '../../shared/codes.ts'
import { formatCursor } from '../../shared/cursor.ts'
import type { ConnectionDetail, Stats } from '../../shared/stats.ts'
import { openTestRecords } from './records-folder.ts'

export const KEY = 'full-key-of-the-tests'
export const READ_KEY = 'reading-key-of-the-tests'
export const SCOPED_KEY = 'scoped-key-of-the-tests'
export const PASSWORD = 'correct horse battery staple'
export const EPOCH = 'k3f9x2ab'
const SECRET = 'a secret of more than thirty-two bytes'

const RULES = new ChannelRules([
  { match: 'live:*', subscribe: 'anyone', publish: 'nobody', history: null, presence: false },
  {
    match: 'chat:*',
    subscribe: 'anyone',
    publish: 'subscribers',
    history: { messages: 10, ageMs: 1000 },
    presence: false,
  },
  ...BUILT_IN_RULES,
])

/** What was published, and switches for what can go wrong. */
export class ArrayLog {
  readonly epoch = EPOCH
  readonly messages: Message[] = []
  readonly published: Publication[] = []
  readonly trimmed = new Map<string, number>()
  head = 0
  broken = false
  readonly #keys = new Map<string, number>()
  readonly #followers = new Set<Follower>()

  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  get followers(): number {
    return this.#followers.size
  }

  async publish(group: readonly Publication[]): Promise<readonly (Published | Failure)[] | Failure> {
    if (this.broken) return { code: 'unavailable', message: 'The log cannot be written.' }
    return group.map(publication => {
      const rule = RULES.of(publication.channel)
      return (
        checkPublication(publication, rule, 64 * 1024) ?? this.#append(publication, rule.history !== null)
      )
    })
  }

  #append(publication: Publication, stored: boolean): Published {
    const { channel, idempotency } = publication
    const key = idempotency && JSON.stringify([idempotency.scope, channel, idempotency.key])
    const known = key === undefined ? undefined : this.#keys.get(key)
    if (known !== undefined)
      return { id: formatCursor(EPOCH, known), channel, subscribers: 0, duplicate: true }
    this.published.push(publication)
    if (!stored) return { channel, subscribers: 0, duplicate: false }
    const { data, event, user, sender } = publication
    const message = { seq: ++this.head, channel, time: 1767225600000 + this.head, data, event, user, sender }
    this.messages.push(message)
    if (key !== undefined) this.#keys.set(key, message.seq)
    for (const follower of this.#followers) follower.appended([message], this.head)
    return { id: formatCursor(EPOCH, message.seq), channel, subscribers: 2, duplicate: false }
  }

  async page({ channel, since, before, limit, maxBytes = Number.POSITIVE_INFINITY }: HistoryQuery) {
    const all = this.messages.filter(message => message.channel === channel)
    const within = all.filter(({ seq }) => seq > (since ?? 0) && seq < (before ?? Number.POSITIVE_INFINITY))
    const inOrder = (since === undefined ? within.toReversed() : within).slice(0, limit)
    let bytes = 0
    const fitting = inOrder.filter(({ data }) => {
      bytes += data.length
      return bytes <= maxBytes
    })
    const messages = since === undefined ? fitting.toReversed() : fitting
    const trimmed = this.trimmed.get(channel) ?? 0
    const oldest = all[0]?.seq ?? null
    return { epoch: EPOCH, head: this.head, messages, oldest, trimmed, more: messages.length < within.length }
  }

  async channels({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
    const names = new Set(this.messages.map(({ channel }) => channel))
    const page = [...names]
      .filter(name => name.startsWith(prefix) && name > after)
      .sort()
      .slice(0, limit)
    return page.map(name => this.#stored(name))
  }

  async channel(name: string) {
    return this.messages.some(({ channel }) => channel === name) ? this.#stored(name) : null
  }

  #stored(name: string) {
    const own = this.messages.filter(({ channel }) => channel === name)
    return {
      name,
      messages: own.length,
      bytes: own.reduce((sum, { data }) => sum + data.length, 0),
      last: own.at(-1)?.time,
    }
  }

  async purge(channel: string): Promise<void> {
    this.trimmed.set(channel, this.head)
    const kept = this.messages.filter(message => message.channel !== channel)
    this.messages.splice(0, this.messages.length, ...kept)
  }

  async remove(channel: string, seq: number): Promise<boolean> {
    const at = this.messages.findIndex(message => message.channel === channel && message.seq === seq)
    if (at >= 0) this.messages.splice(at, 1)
    return at >= 0
  }

  async figures() {
    return { epoch: EPOCH, head: this.head, messages: this.messages.length, bytes: 0 }
  }
}

export interface Fixture {
  readonly app: FastifyInstance
  readonly log: ArrayLog
  readonly connections: Map<string, ConnectionDetail>
  readonly faults: unknown[]
  /** What `/readyz` and `/api/stats` tell. */
  state: Stats['state']
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS',
    url: string,
    options?: CallOptions,
  ): Promise<LightMyRequestResponse>
}

export interface CallOptions {
  readonly body?: string | Buffer | object
  readonly headers?: Record<string, string>
  /** The bearer; the key that may do everything, unless told. */
  readonly as?: string | null
}

/** Starts the API; it ends with the test. */
export async function startApi(overrides: Partial<ApiDeps> = {}): Promise<Fixture> {
  const log = new ArrayLog()
  const connections = new Map<string, ConnectionDetail>()
  const app = Fastify(SERVER_OPTIONS)
  app.addHook('onRequest', refuseUnclear)
  const fixture: Fixture = {
    app,
    log,
    connections,
    faults: [],
    state: 'ready',
    call: (...call) => inject(app, ...call),
  }
  const deps = { ...createDeps(fixture), ...overrides }
  const limits = { ...deps.limits, commandsPerSecond: 1_000_000, publishesPerSecond: 1_000_000 }
  const publisher = { publish: (group: readonly Publication[]) => log.publish(group) }
  await registerApi(app, { ...deps, publish: createPublish({ ...deps, limits, publisher }) })
  onTestFinished(() => app.close())
  return fixture
}

function createDeps(fixture: Fixture): Omit<ApiDeps, 'publish'> {
  const { log, connections } = fixture
  const config = {
    auth: { jwt: { secret: SECRET, requireExp: true } },
    everyone: [],
  }
  const records = openTestRecords()
  const counters = createCounters()
  const hub = {
    subscribers: (channel: string) => (channel === 'public:live' ? 4 : 0),
    activeNames: () => ['public:live'],
    listChannels: (prefix: string, after: string) =>
      'public:live'.startsWith(prefix) && 'public:live' > after
        ? [{ name: 'public:live', subscribers: 4 }]
        : [],
  }
  const kept = { clock: Date.now, onFault: (error: unknown) => fixture.faults.push(error) }
  const apiKeys = new ApiKeys({
    ...kept,
    store: records.keys,
    onRevoked: () => {},
    configured: [
      { name: 'full', key: KEY, publish: ['*'], read: true, admin: true },
      { name: 'reader', key: READ_KEY, publish: [], read: true, admin: false },
      { name: 'scoped', key: SCOPED_KEY, publish: ['orders:*'], read: false, admin: false },
    ],
  })
  const access = createAccess({
    config,
    rules: RULES,
    clock: Date.now,
    identifyKey: apiKeys.identify,
    keyNamed: name => apiKeys.named(name),
    warn: () => {},
  })
  const accounts = {
    admin: { user: 'admin', password: PASSWORD },
    operators: [{ user: 'eve', password: PASSWORD, role: 'viewer' }],
  } as const
  const operators = new Operators({ ...kept, accounts, store: records.sessions })
  const origins = createOrigins({
    host: '192.0.2.1',
    origins: ['https://app.example'],
    publicUrl: 'https://gw.example',
  })
  return {
    version: '0.0.0-test',
    connections: {
      find: async ({ limit, after = '', offset = 0 }) => {
        const rest = [...connections.values()].filter(({ id }) => id > after).slice(offset)
        return { connections: rest.slice(0, limit), total: connections.size }
      },
      get: id => connections.get(id) ?? null,
      disconnect: id => connections.delete(id),
      closeEnded: () => {},
      disconnectUser: user =>
        [...connections.values()].filter(view => view.user === user && connections.delete(view.id)).length,
    },
    hub,
    channels: new ChannelDirectory({
      history: log,
      hub,
      rates: counters.channelRates,
      inTurn: read => read(),
      now: () => performance.now(),
      startTimer,
    }),
    rules: RULES,
    history: log,
    log,
    access,
    explain: access.explain,
    inspectToken: access.inspectToken,
    everyone: ['news'],
    identify: createIdentify({ access, operators, origins, hook: null }),
    forgetUser: () => {},
    operators,
    apiKeys,
    audit: records.audit,
    events: records.events,
    running: { file: null, settings: [] },
    sqliteVersion: records.sqliteVersion,
    origins,
    presence: { read: async () => ({ members: [], anonymous: 0 }) },
    checkAddress: () => null,
    replayer: { run: read => read() },
    limits: { bodyBytes: 1024 * 1024 },
    counters,
    publicUrl: 'https://gw.example',
    metrics: async () => '# the figures\n',
    readFigures: (stepMs, from) => records.figures.read(stepMs, from),
    stats: async () => ({ state: fixture.state }) as Stats,
    state: () => fixture.state,
  }
}

function inject(app: FastifyInstance, ...[method, url, options = {}]: Parameters<Fixture['call']>) {
  const { body, as = KEY } = options
  const headers = { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...options.headers }
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
}

/** A client's token with these claims, good for an hour. */
export function token(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'HS256' })}.${encode({ exp: Date.now() / 1000 + 3600, ...claims })}`
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`
}
