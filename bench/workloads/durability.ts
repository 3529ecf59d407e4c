// F9: what it costs to keep messages, and to have each commit on the disk.

import { type TwinwireOptions, twinwireWith } from '../servers/twinwire.ts'
import { type FanOut, fanOut, PUBLISHING } from '../stages/fan-out.ts'
import type { Workload } from '../workload.ts'

const UNKEPT = ['channels:', '  - { match: "public:*", subscribe: anyone, publish: nobody, history: false }']
const WAYS: readonly TwinwireOptions[] = [
  { name: 'history on' },
  { name: 'history off', settings: UNKEPT },
  { name: 'durability: full', settings: ['durability: full'] },
]

function workload(
  name: string,
  { about, audience }: { about: string; audience: FanOut['audience'] },
): Workload {
  const options = { transport: 'websocket', channels: ['public:bench'], publishers: 32, audience } as const
  const measure = audience.kind === 'nobody' ? 'publishMicros' : 'cpuMicros'
  return {
    name,
    figure: 'F9',
    about,
    measures: [
      PUBLISHING[measure],
      ...(measure === 'publishMicros' ? [] : [PUBLISHING.publishMicros]),
      PUBLISHING.publishesPerSecond,
      PUBLISHING.serverBusy,
    ],
    contenders: WAYS.map(way => fanOut(way.name!, { ...options, server: twinwireWith(way) })),
    aims: [
      { measure, of: 'history on', to: 'history off', atMost: 1.3 },
      { measure: 'publishesPerSecond', of: 'durability: full', to: 'history on' },
    ],
    caveats: [
      'durability: full waits for the disk at every commit; what that costs depends on the disk, which is that of the folder for temporary files here.',
    ],
    findings: [
      'by profile the log and SQLite are a third of a publish that nobody hears (docs/decisions/010), so this ratio rises as the rest of a publish becomes cheaper; less would have to be written to the WAL for each commit.',
    ],
  }
}

export const durability: readonly Workload[] = [
  workload('durability', {
    about:
      'One channel, 1,000 WebSockets, 32 publishers at once: with history, without, and with every commit synced.',
    audience: { kind: 'everybody', count: 1000 },
  }),
  workload('durability-alone', {
    about: 'The same without any subscriber: the price on the publish alone.',
    audience: { kind: 'nobody' },
  }),
]
