// The core put together around a log in memory and fake links, as the composition root does it around real ones.

import type { Deed } from '../../gateway/core/audit.ts'
import { type ChannelRule, ChannelRules } from '../../gateway/core/channel-rules.ts'
import { Commands } from '../../gateway/core/commands.ts'
import { Connections } from '../../gateway/core/connections.ts'
import type { Context } from '../../gateway/core/context.ts'
import { createCounters } from '../../gateway/core/counters.ts'
import { Heartbeat } from '../../gateway/core/heartbeat.ts'
import { Hub } from '../../gateway/core/hub.ts'
import type { Access, Identity } from '../../gateway/core/identity.ts'
import type { Link } from '../../gateway/core/link.ts'
import { openConnection } from '../../gateway/core/opening.ts'
import { GRACE_MS, Presence } from '../../gateway/core/presence.ts'
import { Publisher } from '../../gateway/core/publisher.ts'
import { ReplayCache } from '../../gateway/core/replay-cache.ts'
import { Replayer } from '../../gateway/core/replayer.ts'
import type { ResumeRequest } from '../../gateway/core/resume.ts'
import { Session } from '../../gateway/core/session.ts'
import { TAIL_BYTES } from '../../gateway/core/tail.ts'
import { startTimer } from '../../gateway/core/timer.ts'
import type { GatewayEvent } from '../../shared/stats.ts'
import { MemoryLog } from '../memory-log.ts'
import { FakeLink } from './fake-link.ts'
import { LateLog } from './late-log.ts'

const HISTORY = { messages: 1_000_000, ageMs: 1e12 }
const OPEN = { subscribe: 'anyone', publish: 'subscribers', presence: false } as const

/** `u*` keeps nothing, everything else keeps everything. */
export const RULES: readonly ChannelRule[] = [
  { ...OPEN, match: 'u*', history: null },
  { ...OPEN, match: '*', history: HISTORY },
]

export interface CoreOptions {
  readonly rules?: readonly ChannelRule[]
  readonly tailBytes?: number
  readonly access?: Partial<Access>
  readonly commandsPerSecond?: number
  /** A log that lives longer than this core; without it, a new one. */
  readonly log?: LateLog
  /** Without it nothing beats. */
  readonly heartbeatMs?: number
  readonly publishesPerSecond?: number
  /** Milliseconds since 1970, and for the replay cache. */
  readonly clock?: () => number
  readonly startTimer?: typeof startTimer
}

export interface ConnectOptions<AnyLink extends Link = FakeLink> extends ResumeRequest {
  readonly sender?: string | undefined
  readonly identity?: Identity | undefined
  readonly link: AnyLink
}

/** One connection: its session, its link, its commands, and when its opening is done. */
export interface Peer<AnyLink extends Link = FakeLink> {
  readonly session: Session
  readonly link: AnyLink
  readonly commands: Commands
  readonly opened: Promise<void>
  command(command: object): void
}

const ALLOW: Access = {
  authenticate: async () => ({ code: 'unauthorized', message: 'There are no tokens here.' }),
  maySubscribe: () => null,
  mayPublish: () => null,
  mayRead: () => null,
}

export class Core {
  readonly log: LateLog
  readonly hub: Hub
  readonly context: Context
  readonly faults: unknown[] = []
  readonly events: GatewayEvent[] = []
  readonly deeds: Deed[] = []

  constructor(options: CoreOptions = {}) {
    const clock = options.clock ?? Date.now
    const rules = new ChannelRules(options.rules ?? RULES)
    this.log =
      options.log ?? new LateLog(new MemoryLog({ clock, retention: channel => rules.of(channel).history }))
    const replayCache: ReplayCache = new ReplayCache(this.log, () => this.hub.tail.seq)
    this.hub = new Hub(this.log, rules, options.tailBytes ?? TAIL_BYTES, channel =>
      replayCache.forget(channel),
    )
    this.log.follow(this.hub)
    const { heartbeatMs } = options
    const heartbeat = new Heartbeat(heartbeatMs ?? 1e6)
    if (heartbeatMs === undefined) heartbeat.stop()
    const { log, hub } = this
    const counters = createCounters()
    const onFault = (fault: unknown): void => void this.faults.push(fault)
    this.context = {
      log,
      history: log.inner,
      hub,
      publisher: new Publisher({ log, hub, rules, clock, counters, maxMessageBytes: 64 * 1024, onFault }),
      presence: new Presence({
        rules,
        schedule: room => hub.schedule(room),
        now: clock,
        startTimer: options.startTimer ?? startTimer,
        graceMs: GRACE_MS,
      }),
      replayer: new Replayer(),
      replayCache,
      connections: new Connections(heartbeat),
      access: { ...ALLOW, ...options.access },
      rules,
      counters,
      clock,
      onFault,
      audit: { note: deed => this.deeds.push(deed) },
      observe: event => this.events.push(event),
      limits: {
        channelsPerConnection: 200,
        commandsPerSecond: options.commandsPerSecond ?? 1e9,
        publishesPerSecond: options.publishesPerSecond ?? 1e9,
      },
      everyone: [],
      heartbeatMs: heartbeatMs ?? 25_000,
    }
  }

  /** Connects a peer to channels that it may have. */
  connect(channels: readonly string[], options: Partial<ConnectOptions> = {}): Peer {
    return this.connectOver(channels, { ...options, link: options.link ?? new FakeLink() })
  }

  /** The same over any link. */
  connectOver<AnyLink extends Link>(
    channels: readonly string[],
    { link, identity = { kind: 'anonymous' }, sender, ...resume }: ConnectOptions<AnyLink>,
  ): Peer<AnyLink> {
    const { context } = this
    const id = context.connections.nextId('test')
    const session = new Session({ id, link, identity, sender }, context)
    link.listener = session
    const opened = openConnection(session, { admission: { channels, refused: [] }, resume }, context)
    const commands = new Commands(session, context, opened)
    return { session, link, commands, opened, command: command => commands.receive(JSON.stringify(command)) }
  }

  /** Publishes to channels, one group, numbering the data from what is given. */
  async publish(...channels: string[]): Promise<void> {
    const group = channels.map((channel, index) => ({ channel, data: String(index) }))
    const outcome = await this.context.publisher.publish(group)
    if ('code' in outcome) throw new Error(outcome.message)
  }
}
