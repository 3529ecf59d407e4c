// F7: the same work beside a log 500 times as long, 100 times as many subscribers, 10,000 times as many channels.

import { channelNames } from '../channel-names.ts'
import { twinwire } from '../servers/twinwire.ts'
import { type FanOut, fanOut, PUBLISHING } from '../stages/fan-out.ts'
import { REPLAY, replaying } from '../stages/replaying.ts'
import type { Workload } from '../workload.ts'

const LAST = 100

function logOf(name: string, { channels, each }: { channels: number; each: number }) {
  return replaying(name, { channels: channelNames(channels), each, messages: LAST })
}

const growingLog: Workload = {
  name: 'growth-log',
  figure: 'F7',
  about:
    'A log of 10 thousand and one of 5 million messages: a channel is subscribed with its last 100 messages.',
  measures: [REPLAY.medianMs, REPLAY.replayMicros],
  contenders: [
    logOf('10,000 messages', { channels: 100, each: 100 }),
    logOf('5,000,000 messages', { channels: 5000, each: 1000 }),
  ],
  aims: [{ measure: 'medianMs', of: '5,000,000 messages', to: '10,000 messages', atMost: 1.5 }],
  caveats: [
    "The channels' messages lie mixed in the log, as they were published; the operating system has all of it in its cache.",
  ],
  findings: [
    'each of the 100 messages lies on a page of its own among those of other channels, so 100 pages are read; keeping the messages of a channel beside each other would need another order of the table.',
  ],
}

function subscribersOf(name: string, count: number) {
  const options = { server: twinwire, transport: 'websocket', channels: ['public:bench'] } as const
  return fanOut(name, { ...options, audience: { kind: 'everybody', count }, publishers: 1 })
}

const growingAudience: Workload = {
  name: 'growth-subscribers',
  figure: 'F7',
  about: 'One channel with 100 and with 10,000 WebSockets, one publisher in sequence.',
  measures: [PUBLISHING.cpuMicros, PUBLISHING.systemMicros, PUBLISHING.loadBusy],
  contenders: [subscribersOf('100 subscribers', 100), subscribersOf('10,000 subscribers', 10_000)],
  aims: [{ measure: 'cpuMicros', of: '10,000 subscribers', to: '100 subscribers', atMost: 1.3 }],
  caveats: [
    'With 100 subscribers a hundredth of the publish itself is part of each delivery; with 10,000 the next messages are published before one has reached everybody, and leave together.',
  ],
}

function channelsOf(name: string, count: number) {
  const options = {
    server: twinwire,
    transport: 'websocket',
    audience: { kind: 'nobody' },
    publishers: 32,
    touchesAll: true,
  } satisfies Partial<FanOut>
  return fanOut(name, { ...options, channels: channelNames(count) })
}

const growingChannels: Workload = {
  name: 'growth-channels',
  figure: 'F7',
  about: '10 and 100,000 channels with messages and without subscribers, 32 publishers at once.',
  measures: [PUBLISHING.publishMicros, PUBLISHING.publishesPerSecond, PUBLISHING.loadBusy],
  contenders: [channelsOf('10 channels', 10), channelsOf('100,000 channels', 100_000)],
  aims: [{ measure: 'publishMicros', of: '100,000 channels', to: '10 channels', atMost: 1.3 }],
  caveats: ['Each publish goes to the next channel in turn, which is the hardest order for every cache.'],
  findings: [
    'each message writes the leaf of the index where its channel stands; with 10 channels the messages of a commit share those leaves (docs/decisions/010).',
  ],
}

export const growth: readonly Workload[] = [growingLog, growingAudience, growingChannels]
