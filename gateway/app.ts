// The composition root: constructs the gateway from its configuration, part by part in the order the data flows.

import type { FastifyInstance } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import type { Stats } from '../shared/stats.ts'
import { createAccess, type KeyedAccess } from './access/access.ts'
import { ApiKeys } from './access/api-keys.ts'
import { Operators } from './access/operators.ts'
import { redactUrl } from './access/redact.ts'
import { startUpkeep } from './access/upkeep.ts'
import { createLiveFeed, type LiveFeed } from './admin/live-feed.ts'
import type { Config } from './config/config.ts'
import { makeDataFolder } from './config/data-folder.ts'
import type { Running } from './config/running.ts'
import type { AuditTrail } from './core/audit.ts'
import { ChannelRules } from './core/channel-rules.ts'
import { Connections } from './core/connections.ts'
import type { Context } from './core/context.ts'
import { type Counters, createCounters, tally } from './core/counters.ts'
import { Heartbeat } from './core/heartbeat.ts'
import { Hub } from './core/hub.ts'
import { GRACE_MS, Presence } from './core/presence.ts'
import { Publisher } from './core/publisher.ts'
import { ReplayCache } from './core/replay-cache.ts'
import { Replayer } from './core/replayer.ts'
import { TAIL_BYTES } from './core/tail.ts'
import { startTimer } from './core/timer.ts'
import { openSqliteLog } from './log/sqlite.ts'
import type { SqliteLog } from './log/sqlite-log.ts'
import { Certificate } from './ops/certificate.ts'
import { Drain } from './ops/drain.ts'
import { EventDiary } from './ops/event-diary.ts'
import { FigureRecorder } from './ops/figure-recorder.ts'
import { Figures } from './ops/figures.ts'
import { createLastProblem, type LastProblem } from './ops/last-problem.ts'
import { createLogger } from './ops/logger.ts'
import { renderMetrics } from './ops/metrics.ts'
import { openRecords } from './records/records.ts'
import { buildServer, type ServerParts } from './server.ts'

export interface Gateway {
  /** Where it listens, as an origin: `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Says goodbye to everyone and waits for the drain window (rule R5). */
  drain(): Promise<void>
  /** Ends the drain window early. */
  hurry(): void
  /** Stops: what is committed stays, answers under way are given a moment. */
  close(): Promise<void>
}

/**
 * Starts a gateway. Throws `LogUnusable`, `RecordsUnusable`, `ConfigError` for the certificate, or what `listen` throws when
 * the address is taken.
 */
export async function startGateway(config: Config, running: Running): Promise<Gateway> {
  const logger = createLogger(config.logLevel, redactUrl)
  const clock = Date.now
  const certificate = config.tls ? await Certificate.open(config.tls) : null
  const rules = new ChannelRules(config.channels)
  const feed = createLiveFeed(() => hub, clock)
  const problem = createLastProblem(clock)
  const onFault = (error: unknown): void => {
    logger.error(error)
    problem.note(error instanceof Error ? error.message : String(error))
  }
  const counters = createCounters()
  makeDataFolder(config.dataDir)
  const log = await openSqliteLog({
    dataDir: config.dataDir,
    durability: config.durability,
    maxBytes: config.log.maxBytes,
    retention: channel => rules.of(channel).history,
    clock,
    onWarning: message => logger.warn(message),
    onFault: fault => {
      logger.error(fault.message)
      if (fault.state === 'failed') problem.note(fault.message)
      feed.tell({ kind: 'storage', time: clock(), ...fault })
    },
  })
  const replayCache = new ReplayCache(log, () => hub.tail.seq)
  // A message may be held in one encoding more.
  const tailBytes = config.websocket.compression ? (TAIL_BYTES * 3) / 4 : TAIL_BYTES
  const hub = new Hub(log, rules, tailBytes, channel => replayCache.forget(channel))
  log.follow(hub)
  const connections = new Connections(new Heartbeat(config.heartbeatMs))
  const kept = await openKept(config, { connections, clock, feed, logger, onFault }).catch(async error => {
    connections.stop()
    await log.close()
    throw error
  })
  const access = createAccess({
    config,
    rules,
    clock,
    identifyKey: kept.apiKeys.identify,
    keyNamed: name => kept.apiKeys.named(name),
    warn: message => logger.warn(message),
    onJwksFetched: isDone => tally(counters.jwks, isDone ? 'fetched' : 'failed'),
  })
  const parts = { counters, log, hub, replayCache, rules, access, connections, feed, clock, onFault, problem }
  const context = createContext(config, { ...parts, audit: kept.audit })
  return listen(config, context, { ...parts, ...kept, running, logger, certificate })
}

/** What is kept in the records, as those use it who let people in. */
interface Kept {
  readonly audit: AuditTrail
  readonly diary: EventDiary
  readonly apiKeys: ApiKeys
  readonly operators: Operators
  readonly recorder: FigureRecorder
  readonly sqliteVersion: string
  closeRecords(): void
}

/** A command that holds the records for its own write is done within this; longer would hold the event loop. */
const RECORDS_BUSY_MS = 200

async function openKept(
  config: Config,
  {
    connections,
    clock,
    feed,
    logger,
    onFault,
  }: Pick<Parts, 'connections' | 'clock' | 'feed' | 'onFault'> & Logged,
): Promise<Kept> {
  const records = openRecords({
    dataDir: config.dataDir,
    busyTimeoutMs: RECORDS_BUSY_MS,
    clock,
    maxEntries: config.audit.entries,
    maxAgeMs: config.audit.maxAgeMs,
    onLost: (deed, error) =>
      logger.warn({ deed, reason: String(error) }, 'an entry of the audit log could not be written'),
  })
  const onRevoked = (): void => connections.closeEnded()
  const { keys: store, sessions, audit } = records
  const apiKeys = new ApiKeys({ configured: config.apiKeys, store, clock, onRevoked, onFault })
  const operators = new Operators({ accounts: config, store: sessions, clock, onFault })
  const recorder = new FigureRecorder(records.figures, onFault)
  const { entries, maxAgeMs } = config.events
  const diary = new EventDiary({ store: records.events, maxEntries: entries, maxAgeMs, clock, onFault })
  const events = { flush: () => feed.tellCounted(diary.flush()), trim: () => diary.trim() }
  feed.keepIn(diary)
  const stop = startUpkeep({ apiKeys, operators, audit, events, onFault })
  const closeRecords = (): void => {
    stop()
    recorder.stop()
    records.close()
  }
  const { sqliteVersion } = records
  return { audit, diary, apiKeys, operators, recorder, sqliteVersion, closeRecords }
}

interface Logged {
  readonly logger: ReturnType<typeof createLogger>
}

interface Parts {
  readonly counters: Counters
  readonly log: SqliteLog
  readonly hub: Hub
  readonly replayCache: ReplayCache
  readonly rules: ChannelRules
  readonly access: KeyedAccess
  readonly connections: Connections
  readonly feed: LiveFeed
  readonly clock: () => number
  readonly onFault: (error: unknown) => void
  readonly problem: LastProblem
}

function createContext(config: Config, parts: Parts & Pick<Kept, 'audit'>): Context {
  const { log, feed, hub, rules } = parts
  const maxMessageBytes = config.limits.messageBytes
  return {
    ...parts,
    history: log,
    publisher: new Publisher({ ...parts, maxMessageBytes }),
    presence: new Presence({
      rules,
      schedule: room => hub.schedule(room),
      startTimer,
      now: () => performance.now(),
      graceMs: GRACE_MS,
    }),
    replayer: new Replayer(),
    observe: feed.tell,
    limits: config.limits,
    everyone: config.everyone,
    heartbeatMs: config.heartbeatMs,
  }
}

const { version } = packageJson

/** Counts from now on, and tells the charts and who listens of each second. */
function startFigures(
  config: Config,
  context: Context,
  { log, feed, recorder, problem, onFault }: Parts & Kept,
  state: () => Stats['state'],
): Figures {
  const tellSecond = async (): Promise<void> => {
    const stats = await figures.stats()
    recorder.take(stats)
    feed.tellStats(stats)
  }
  const sources = { fault: () => log.fault, problem: problem.read }
  const figures = new Figures(
    { ...context, ...sources, version, maxLogBytes: config.log.maxBytes, state },
    () => void tellSecond().catch(onFault),
  )
  return figures
}

async function listen(
  config: Config,
  context: Context,
  parts: Parts & Kept & Logged & Pick<ServerParts, 'running' | 'certificate'>,
): Promise<Gateway> {
  const { log, connections, recorder } = parts
  const now = (): number => performance.now()
  const drain = new Drain({ connections, windowMs: config.drainMs, random: Math.random, now })
  const state = (): Stats['state'] => (drain.isDraining ? 'draining' : log.writable ? 'ready' : 'unavailable')
  const figures = startFigures(config, context, parts, state)
  const app = await buildServer(config, {
    ...parts,
    version,
    context,
    stats: () => figures.stats(),
    readFigures: (stepMs, from) => recorder.read(stepMs, from),
    metrics: () =>
      renderMetrics({ ...context, stats: () => figures.stats(), isLogWritable: () => log.writable }),
    state,
    turnAwayInDrain: () => drain.turnAway(),
  })
  let graceMs = CLOSE_GRACE_MS
  const hurry = (): void => {
    graceMs = HURRIED_GRACE_MS
    drain.hurry()
  }
  const close = async (): Promise<void> => {
    for (const connection of connections.all())
      connection.close('unavailable', 'The gateway is stopping: reconnect.')
    await closeServer(app, graceMs)
    figures.stop()
    connections.stop()
    parts.closeRecords()
    context.presence.stop()
    await log.close()
  }
  try {
    const origin = await app.listen({ host: config.host, port: config.port })
    parts.audit.note({
      actor: { kind: 'gateway', name: 'gateway' },
      action: 'start',
      detail: `version ${version}`,
    })
    parts.feed.tell({ kind: 'started', time: context.clock(), version })
    return { origin, drain: () => drain.run(), hurry, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** How long a client that neither reads nor hangs up may hold up the stop, twice: for its request, then for its socket. */
const CLOSE_GRACE_MS = 1000
/** The same when somebody at the terminal waits: enough to answer a publish that is being committed. */
const HURRIED_GRACE_MS = 200

async function closeServer(app: FastifyInstance, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  const given = new Promise<void>(resolve => setTimeout(resolve, 2 * graceMs).unref())
  await Promise.race([app.close(), given])
  clearTimeout(cut)
}
