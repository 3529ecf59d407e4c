// The composition root: the only place that constructs. From a configuration to a gateway that listens.

import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fastifyWebSocket from '@fastify/websocket'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import type { Stats } from '../shared/stats.ts'
import { createAccess, type KeyedAccess } from './access/access.ts'
import { AddressLimits } from './access/address-limits.ts'
import { createIdentify } from './access/identify.ts'
import { Operators } from './access/operators.ts'
import { createOrigins } from './access/origins.ts'
import { redactUrl } from './access/redact.ts'
import { createLiveFeed } from './admin/live-feed.ts'
import { registerPages } from './admin/pages.ts'
import { registerApi } from './api/api.ts'
import { sendProblem } from './api/problem.ts'
import { refuseLongUrl, SERVER_OPTIONS } from './api/server-options.ts'
import type { Config } from './config/config.ts'
import { ChannelRules } from './core/channel-rules.ts'
import { Connections } from './core/connections.ts'
import type { Context } from './core/context.ts'
import { createCounters } from './core/counters.ts'
import type { Farewell } from './core/goodbye.ts'
import { Heartbeat } from './core/heartbeat.ts'
import { Hub } from './core/hub.ts'
import { Publisher } from './core/publisher.ts'
import { ReplayCache } from './core/replay-cache.ts'
import { Replayer } from './core/replayer.ts'
import { TAIL_BYTES } from './core/tail.ts'
import { openSqliteLog } from './log/sqlite.ts'
import { Drain } from './ops/drain.ts'
import { Figures } from './ops/figures.ts'
import { createLogger } from './ops/logger.ts'
import { registerSse } from './transports/sse.ts'
import { registerWebSocket, SUBPROTOCOL } from './transports/websocket.ts'

/** Room for the command around `data`, and for white space. */
const FRAME_ENVELOPE_BYTES = 16 * 1024
const ID_BYTES = 3

export interface Gateway {
  /** Where it listens, as an origin: `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Says goodbye to everyone and waits for the drain window (rule R5). */
  drain(): Promise<void>
  /** Ends the drain window early. */
  hurry(): void
  /** Stops at once: what is committed stays. */
  close(): Promise<void>
}

/** Starts a gateway. Throws `LogUnusable`, or what `listen` throws when the address is taken. */
export async function startGateway(config: Config): Promise<Gateway> {
  const logger = createLogger(config.logLevel, redactUrl)
  const clock = Date.now
  const rules = new ChannelRules(config.channels)
  const feed = createLiveFeed(() => hub, clock)
  const log = await openSqliteLog({
    dataDir: config.dataDir,
    durability: config.durability,
    maxBytes: config.log.maxBytes,
    retention: channel => rules.of(channel).history,
    clock,
    onFault: fault => {
      logger.error(fault.message)
      feed.tell({ kind: 'storage', time: clock(), ...fault })
    },
  })
  const replayCache = new ReplayCache(log, () => performance.now())
  const hub = new Hub(log, rules, TAIL_BYTES, channel => replayCache.forget(channel))
  const stopFollowing = log.follow(hub)
  const counters = createCounters()
  const heartbeat = new Heartbeat(config.heartbeatMs)
  const connections = new Connections(heartbeat)
  const onFault = (error: unknown): void => logger.error(error)
  const { limits } = config
  const access = createAccess({ config, rules, clock })
  const context: Context = {
    log,
    history: log,
    hub,
    publisher: new Publisher({
      log,
      hub,
      rules,
      clock,
      counters,
      maxMessageBytes: limits.messageBytes,
      onFault,
    }),
    replayer: new Replayer(),
    replayCache,
    connections,
    access,
    rules,
    counters,
    clock,
    onFault,
    observe: feed.tell,
    limits,
    everyone: config.everyone,
    heartbeatMs: config.heartbeatMs,
  }
  const drain = new Drain({
    connections,
    windowMs: config.drainMs,
    random: Math.random,
    now: () => performance.now(),
  })
  const state = (): Stats['state'] => (drain.isDraining ? 'draining' : log.writable ? 'ready' : 'unavailable')
  const figures = new Figures(
    {
      version: packageJson.version,
      clock,
      counters,
      connections,
      hub,
      history: log,
      maxLogBytes: config.log.maxBytes,
      state,
    },
    () => void feed.tellStats(() => figures.stats()),
  )
  const parts = { context, access, drain, figures, state, logger }
  const app = await buildServer(config, parts)
  const close = async (): Promise<void> => {
    for (const session of connections.all())
      session.close('unavailable', 'The gateway is stopping: reconnect.')
    figures.stop()
    heartbeat.stop()
    app.server.closeAllConnections()
    await app.close()
    stopFollowing()
    await log.close()
  }
  try {
    const address = await app.listen({ host: config.host, port: config.port })
    return { origin: address, drain: () => drain.run(), hurry: () => drain.hurry(), close }
  } catch (error) {
    await close()
    throw error
  }
}

interface ServerParts {
  readonly context: Context
  readonly access: KeyedAccess
  readonly drain: Drain
  readonly figures: Figures
  readonly state: () => Stats['state']
  readonly logger: FastifyBaseLogger
}

/** The HTTP server with everything it answers: streams, API, pages. */
async function buildServer(config: Config, parts: ServerParts): Promise<FastifyInstance> {
  const { context, drain } = parts
  const { connections } = context
  const addresses = new AddressLimits(config.limits)
  const app = Fastify({
    ...SERVER_OPTIONS,
    // At `info` Fastify would only repeat the ready line.
    loggerInstance: parts.logger.child({}, { level: config.logLevel === 'info' ? 'warn' : config.logLevel }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy,
    forceCloseConnections: true,
  })
  app.addHook('onRequest', refuseLongUrl)
  await app.register(fastifyWebSocket, {
    // Sessions have said goodbye before the server closes; the default would cut them off without a word.
    preClose: done => done(),
    options: {
      maxPayload: config.limits.messageBytes + FRAME_ENVELOPE_BYTES,
      perMessageDeflate: false,
      handleProtocols: offers => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  })
  const origins = createOrigins(config)
  const operators = new Operators(config.admin, context.clock)
  const identify = createIdentify({ access: parts.access, operators, origins })
  const transport = {
    context,
    identify,
    origins,
    random: Math.random,
    idSuffix: randomBytes(ID_BYTES).toString('hex'),
    refuse: sendProblem,
    turnAway: (address: string) =>
      drain.turnAway() ??
      turnAwayWhenFull(connections.size, config.limits.connections) ??
      addresses.turnAway(address, connections.countFrom(address), performance.now()),
  }
  registerWebSocket(app, transport)
  registerSse(app, { ...transport, maxLifetimeMs: config.sse.maxLifetimeMs })
  await registerApi(app, {
    ...context,
    version: packageJson.version,
    identify,
    operators,
    origins,
    limits: config.limits,
    publicUrl: config.publicUrl,
    stats: () => parts.figures.stats(),
    state: parts.state,
  })
  await registerPages(app, { dashboard: folder('../dashboard/dist'), examples: folder('../examples') })
  return app
}

/** How long connections that found the gateway full stay away. */
const FULL_AFTER_MS = 5000

function turnAwayWhenFull(open: number, limit: number): Farewell | null {
  if (open < limit) return null
  const message = `The gateway holds ${limit} connections, its limit: come back in a while, or raise limits.connections.`
  return { code: 'unavailable', message, afterMs: FULL_AFTER_MS * (1 + Math.random()) }
}

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
