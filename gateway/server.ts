// The HTTP server with everything it answers: streams, API, pages. Constructed by the composition root; knows no log.

import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fastifyWebSocket from '@fastify/websocket'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Stats } from '../shared/stats.ts'
import type { KeyedAccess } from './access/access.ts'
import { createAddressCheck, createProxyTrust } from './access/address-lists.ts'
import type { ApiKeys } from './access/api-keys.ts'
import { createComplaints } from './access/complaints.ts'
import { createDoor } from './access/door.ts'
import { createHook, type Hook } from './access/hook.ts'
import { createHookCache } from './access/hook-cache.ts'
import { countOutcomes, createHookClient } from './access/hook-client.ts'
import { createIdentify } from './access/identify.ts'
import type { Operators } from './access/operators.ts'
import { createOrigins } from './access/origins.ts'
import { registerPages } from './admin/pages.ts'
import { registerApi } from './api/api.ts'
import type { ApiDeps } from './api/deps.ts'
import { harden } from './api/hardening.ts'
import { RequestsUnderWay } from './api/pipelining.ts'
import { sendProblem } from './api/problem.ts'
import { tellRefusals } from './api/refusals.ts'
import {
  answerBrokenRequest,
  guardServer,
  refuseUnclear,
  SERVER_OPTIONS,
  timeLimits,
} from './api/server-options.ts'
import { createRewrite, subPath } from './api/sub-path.ts'
import type { Config, HookConfig } from './config/config.ts'
import type { Running } from './config/running.ts'
import type { AuditTrail } from './core/audit.ts'
import { ChannelDirectory } from './core/channel-directory.ts'
import type { Context } from './core/context.ts'
import { tally } from './core/counters.ts'
import type { EventStore } from './core/event-store.ts'
import type { Farewell } from './core/goodbye.ts'
import { startTimer } from './core/timer.ts'
import type { Certificate, TlsServer } from './ops/certificate.ts'
import { registerSse } from './transports/sse.ts'
import { StreamSockets } from './transports/stream-sockets.ts'
import { Unacknowledged } from './transports/unacknowledged.ts'
import { UnfinishedMessages } from './transports/unfinished.ts'
import { registerWebSocket, SUBPROTOCOL } from './transports/websocket.ts'

export interface ServerParts {
  readonly version: string
  readonly context: Context
  readonly access: KeyedAccess
  readonly apiKeys: ApiKeys
  readonly operators: Operators
  readonly audit: AuditTrail
  readonly diary: Pick<EventStore, 'read'>
  readonly running: Running
  readonly sqliteVersion: string
  readonly logger: FastifyBaseLogger
  readonly stats: () => Promise<Stats>
  readonly readFigures: ApiDeps['readFigures']
  readonly metrics: () => Promise<string>
  readonly state: () => Stats['state']
  /** Serves https with it; http without. */
  readonly certificate: Certificate | null
  /** Why nobody is taken while the gateway drains; null when it does not. */
  readonly turnAwayInDrain: () => Farewell | null
}

/** Room for the command around `data`, and for white space. */
const FRAME_ENVELOPE_BYTES = 16 * 1024
/** Random bytes that tell this start's connection ids from another's. */
const ID_BYTES = 3

/** How long a peer has for the TLS handshake. */
const HANDSHAKE_MS = 10_000

/** Builds the server; it does not listen yet. */
export async function buildServer(config: Config, parts: ServerParts): Promise<FastifyInstance> {
  const streams = new StreamSockets()
  const underWay = new RequestsUnderWay()
  const app = createFastify(config, parts, { streams, underWay })
  underWay.limit(app)
  app.addHook('onResponse', (_request, reply, done) => {
    tally(parts.context.counters.responses, reply.statusCode)
    done()
  })
  tellRefusals(app, parts.context)
  await app.register(fastifyWebSocket, {
    errorHandler: (error, webSocket) => {
      // A broken frame or a cut connection is the peer's doing; `ws` answers it, and nobody needs to read of it.
      if (isPeerFault(error)) return
      parts.logger.error(error)
      webSocket.terminate()
    },
    // Sessions have said goodbye before the server closes; the default would cut them off without a word.
    preClose: done => done(),
    options: {
      maxPayload: config.limits.messageBytes + FRAME_ENVELOPE_BYTES,
      perMessageDeflate: false,
      handleProtocols: offers => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  })
  // After the plugin, which hangs up on upgrades that were refused only if it has seen them first.
  const complain = createComplaints(message => parts.logger.warn(message), parts.context.clock)
  harden(app, config, complain)
  app.addHook('onRequest', refuseUnclear)
  guardServer(app.server, config.limits.connections)
  await registerDoors(app, config, parts, streams)
  await registerPages(app, {
    dashboard: folder('../dashboard/dist'),
    examples: folder('../examples'),
    subPath: subPath(config.publicUrl),
  })
  return app
}

/** What a peer can cause by itself must not fill the gateway's output. */
function isPeerFault(error: NodeJS.ErrnoException): boolean {
  return /^(WS_ERR_|ECONNRESET$|EPIPE$)/.test(error.code ?? '')
}

function createFastify(
  config: Config,
  { logger, certificate }: ServerParts,
  { streams, underWay }: { readonly streams: StreamSockets; readonly underWay: RequestsUnderWay },
): FastifyInstance {
  // At `info` Fastify would only repeat the ready line.
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel
  const options = {
    ...SERVER_OPTIONS,
    ...timeLimits(config.limits.receiveTimeoutMs),
    loggerInstance: logger.child({}, { level }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: createProxyTrust(config.trustProxy),
    rewriteUrl: createRewrite(config.publicUrl),
    forceCloseConnections: 'idle',
    // While it closes, routes go on to answer: a 503 would end a browser's EventSource for good (rule S5).
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      const isStreaming = streams.has(socket)
      if (isStreaming || !underWay.endAfterAnswers(socket)) answerBrokenRequest(error, socket, isStreaming)
    },
  } satisfies FastifyServerOptions
  if (certificate === null) return Fastify(options)
  const { http, ...others } = options
  const https = { ...http, ...certificate.options, handshakeTimeout: HANDSHAKE_MS }
  const app = Fastify({ ...others, https }) as unknown as FastifyInstance
  const stop = certificate.follow(app.server as unknown as TlsServer, logger)
  app.addHook('onClose', async () => stop())
  return app
}

/** The two transports and the API: each asks the same access who somebody is. */
async function registerDoors(
  app: FastifyInstance,
  config: Config,
  parts: ServerParts,
  streams: StreamSockets,
): Promise<void> {
  const { context, access, operators } = parts
  const origins = createOrigins(config)
  const hook = config.auth.hook ? openHook(config.auth.hook, context, parts.logger) : null
  const identify = createIdentify({ access, operators, origins, hook })
  const transport = {
    context,
    identify,
    origins,
    unacknowledged: new Unacknowledged(),
    random: Math.random,
    idSuffix: randomBytes(ID_BYTES).toString('hex'),
    refuse: sendProblem,
    door: createDoor({
      ...context,
      config,
      inDrain: parts.turnAwayInDrain,
      random: Math.random,
      warn: message => parts.logger.warn(message),
    }),
  }
  const unfinished = new UnfinishedMessages(config.limits.receiveTimeoutMs, () => performance.now())
  app.addHook('onClose', async () => unfinished.stop())
  registerWebSocket(app, { ...transport, unfinished })
  registerSse(app, { ...transport, maxLifetimeMs: config.sse.maxLifetimeMs, streams })
  await registerApi(app, {
    ...context,
    version: parts.version,
    identify,
    forgetUser: user => hook?.forget(user),
    explain: access.explain,
    inspectToken: access.inspectToken,
    operators,
    apiKeys: parts.apiKeys,
    audit: parts.audit,
    events: parts.diary,
    running: parts.running,
    sqliteVersion: parts.sqliteVersion,
    origins,
    channels: openDirectory(context),
    limits: config.limits,
    checkAddress: createAddressCheck(config.access.api, 'access.api'),
    publicUrl: config.publicUrl,
    stats: parts.stats,
    readFigures: parts.readFigures,
    metrics: parts.metrics,
    state: parts.state,
  })
}

function openDirectory({ history, hub, counters, replayer }: Context): ChannelDirectory {
  return new ChannelDirectory({
    history,
    hub,
    rates: counters.channelRates,
    inTurn: read => replayer.run(read),
    now: () => performance.now(),
    startTimer,
  })
}

/** The application's hook: asked over HTTP, through a cache. */
function openHook(config: HookConfig, { clock, counters }: Context, logger: FastifyBaseLogger): Hook {
  const complain = createComplaints(message => logger.warn(message), clock)
  const client = countOutcomes(createHookClient(config, clock, complain), counters)
  const { headers, cacheMs } = config
  return createHook({
    ...createHookCache(client, cacheMs, clock),
    headers,
    cacheMs,
    clock,
    random: Math.random,
  })
}

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
