// The HTTP server with everything it answers: streams, API, pages. Constructed by the composition root; knows no log.

import { randomBytes } from 'node:crypto'
import { createServer as createHttpsServer } from 'node:https'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Stats } from '../shared/stats.ts'
import type { KeyedAccess } from './access/access.ts'
import { createAddressCheck, createAddressOf, createProxyTrust } from './access/address-lists.ts'
import type { ApiKeys } from './access/api-keys.ts'
import { type Complain, createComplaints } from './access/complaints.ts'
import { createDoor } from './access/door.ts'
import { createHook, type Hook } from './access/hook.ts'
import { createHookCache } from './access/hook-cache.ts'
import { countOutcomes, createHookClient } from './access/hook-client.ts'
import { createIdentify } from './access/identify.ts'
import { createServer as createHttpServer } from './access/node-http.ts'
import type { Operators } from './access/operators.ts'
import { createOrigins, type Origins } from './access/origins.ts'
import { ShownKeys } from './access/shown-keys.ts'
import { registerPages } from './admin/pages.ts'
import { registerApi } from './api/api.ts'
import type { ApiDeps } from './api/deps.ts'
import { createPretenceCheck, harden, hardeningHeaders, UNCACHED } from './api/hardening.ts'
import { RequestsUnderWay } from './api/pipelining.ts'
import { writeProblem } from './api/problem.ts'
import { createPublish } from './api/publish-call.ts'
import { type PublishDoorDeps, takePublishes } from './api/publish-door.ts'
import { countLimit, tellRefusals } from './api/refusals.ts'
import {
  answerBrokenRequest,
  findUnclear,
  guardServer,
  HTTP_OPTIONS,
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
import type { Intake } from './transports/intake.ts'
import { StreamSockets } from './transports/stream-sockets.ts'
import { type StreamsDeps, takeStreams, takeUpgrades } from './transports/streams.ts'
import { Unacknowledged } from './transports/unacknowledged.ts'
import { UnfinishedMessages } from './transports/unfinished.ts'
import { registerWebSocket } from './transports/websocket.ts'

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
  const sockets = new StreamSockets()
  const underWay = new RequestsUnderWay()
  const complain = createComplaints(message => parts.logger.warn(message), parts.context.clock)
  const doors = createDoors(config, parts)
  const unfinished = new UnfinishedMessages(config.limits.receiveTimeoutMs, () => performance.now())
  const streams = {
    ...doors,
    context: parts.context,
    intake: createIntake(config, parts, complain),
    unacknowledged: new Unacknowledged(),
    random: Math.random,
    idSuffix: randomBytes(ID_BYTES).toString('hex'),
    maxLifetimeMs: config.sse.maxLifetimeMs,
    unfinished,
    mayCompress: config.websocket.compression,
    maxMessageBytes: config.limits.messageBytes + FRAME_ENVELOPE_BYTES,
    sockets,
    underWay,
  }
  const api = createApiDeps(config, parts, doors)
  let isClosing = false
  const publishDoor = { ...createPublishDoor(config, parts, api, streams), isClosing: () => isClosing }
  const app = createFastify(config, parts, streams, publishDoor)
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onClose', async () => unfinished.stop())
  // Two scopes: a hook of the server itself would reach that of /ws too, whichever comes first.
  await app.register(async scope => {
    takeUpgrades(app.server, streams, await registerWebSocket(scope, streams))
  })
  await app.register(scope =>
    answerRequests(scope, config, { api, context: parts.context, underWay, complain }),
  )
  return app
}

interface RequestParts {
  readonly api: ApiDeps
  readonly context: Context
  readonly underWay: RequestsUnderWay
  readonly complain: Complain
}

/** Everything but streams: the API, and pages. */
async function answerRequests(
  app: FastifyInstance,
  config: Config,
  { api, context, underWay, complain }: RequestParts,
): Promise<void> {
  underWay.limit(app)
  app.addHook('onResponse', (_request, reply, done) => {
    tally(context.counters.responses, reply.statusCode)
    done()
  })
  tellRefusals(app, context)
  harden(app, config, complain)
  app.addHook('onRequest', refuseUnclear)
  await registerApi(app, api)
  await registerPages(app, {
    dashboard: folder('../dashboard/dist'),
    examples: folder('../examples'),
    subPath: subPath(config.publicUrl),
  })
}

/** What every request for a stream passes, as every other passes the hooks of the framework. */
function createIntake(config: Config, { context }: ServerParts, complain: Complain): Intake {
  const findPretence = createPretenceCheck(config, complain)
  const headers = hardeningHeaders(config)
  return {
    urlOf: createRewrite(config.publicUrl),
    addressOf: createAddressOf(createProxyTrust(config.trustProxy)),
    screen: request => findPretence(request.headers) ?? findUnclear(request),
    headers,
    refuse: (response, failure, others) => {
      writeProblem(response, failure, { connection: 'close', ...headers, ...others })
      tally(context.counters.responses, response.statusCode)
      countLimit(context.counters, failure)
    },
  }
}

function createFastify(
  config: Config,
  { context, logger, certificate }: ServerParts,
  streams: StreamsDeps & { readonly underWay: RequestsUnderWay },
  publishDoor: PublishDoorDeps,
): FastifyInstance {
  const { sockets, underWay } = streams
  // At `info` Fastify would only repeat the ready line.
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel
  const options = { ...HTTP_OPTIONS, ...timeLimits(config.limits.receiveTimeoutMs) }
  const app = Fastify({
    ...SERVER_OPTIONS,
    // The server is made below; this tells the framework what the address begins with.
    ...(certificate !== null && { https: certificate.options }),
    loggerInstance: logger.child({}, { level }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: createProxyTrust(config.trustProxy),
    rewriteUrl: createRewrite(config.publicUrl),
    forceCloseConnections: 'idle',
    // While it closes, routes go on to answer: a 503 would end a browser's EventSource for good (rule S5).
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      const isStreaming = sockets.has(socket)
      if (!isStreaming && underWay.endAfterAnswers(socket)) return
      const answer = answerBrokenRequest(error, socket, isStreaming)
      if (answer === null) return
      tally(context.counters.responses, answer.status)
      countLimit(context.counters, answer.failure)
    },
    serverFactory: next => {
      const listener = takeStreams(streams, takePublishes(publishDoor, next))
      const server =
        certificate === null
          ? createHttpServer(options, listener)
          : createHttpsServer(
              { ...options, ...certificate.options, handshakeTimeout: HANDSHAKE_MS },
              listener,
            )
      guardServer(server, config.limits.connections)
      server.on('drop', () => tally(context.counters.limited, 'connections'))
      return server
    },
  }) as unknown as FastifyInstance
  if (certificate === null) return app
  const stop = certificate.follow(app.server as unknown as TlsServer, logger)
  app.addHook('onClose', async () => stop())
  return app
}

interface Doors extends Pick<StreamsDeps, 'identify' | 'door'> {
  readonly origins: Origins
  readonly hook: Hook | null
}

/** Streams and the API ask the same access who somebody is. */
function createDoors(config: Config, parts: ServerParts): Doors {
  const { context, access, operators } = parts
  const origins = createOrigins(config)
  const hook = config.auth.hook ? openHook(config.auth.hook, context, parts.logger) : null
  const door = createDoor({
    ...context,
    config,
    inDrain: parts.turnAwayInDrain,
    random: Math.random,
    warn: message => parts.logger.warn(message),
  })
  return { identify: createIdentify({ access, operators, origins, hook }), origins, door, hook }
}

function createApiDeps(config: Config, parts: ServerParts, { identify, origins, hook }: Doors): ApiDeps {
  const { context, access, operators } = parts
  return {
    ...context,
    publish: createPublish({ ...context, limits: config.limits }),
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
  }
}

/** What the framework's hooks do for every other request, in the hands of the door for publishes. */
function createPublishDoor(
  config: Config,
  { apiKeys, context, logger }: ServerParts,
  { publish, checkAddress, origins }: ApiDeps,
  { intake, underWay }: Pick<StreamsDeps, 'intake'> & { readonly underWay: RequestsUnderWay },
): Omit<PublishDoorDeps, 'isClosing'> {
  const { headers, addressOf, urlOf } = intake
  return {
    publish,
    keys: new ShownKeys(apiKeys),
    checkAddress,
    addressOf,
    urlOf,
    underWay,
    maxBodyBytes: config.limits.bodyBytes,
    headers: { ...headers, ...UNCACHED, ...origins.corsHeaders(undefined, undefined) },
    context,
    logger,
  }
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
