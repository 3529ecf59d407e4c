// F1 and F2: one channel, 1,000 subscribers, one publisher in sequence or 32 at once; over WebSocket and over SSE.

import { floor } from '../servers/floor.ts'
import { nchan } from '../servers/nchan.ts'
import type { Server } from '../servers/server.ts'
import { socketIo } from '../servers/socket-io.ts'
import { twinwire } from '../servers/twinwire.ts'
import { fanOut, PUBLISHING } from '../stages/fan-out.ts'
import type { Transport } from '../wires/wire.ts'
import type { Aim, Workload } from '../workload.ts'

const SUBSCRIBERS = 1000
const CHANNELS = ['public:bench']
const TITLES = { websocket: 'WebSockets', sse: 'event streams' }

const CAVEATS = [
  'The floor is the cheapest program on Node that makes the same socket writes: no log, no channels, no checks.',
  'nchan keeps its messages in memory and Socket.IO none at all; Twinwire commits each to its log on disk before it delivers.',
]

const WHERE_TIME_GOES = [
  "a delivery looks at about ten objects of its connection, each a miss of the processor's cache with a thousand of them; that is half of what it costs above the write loop (docs/decisions/009); the other half is HTTP, the commit and V8's threads. Connections that stand together would have to be kept as one cohort with one place, to look at five.",
]

function workload(
  figure: 'F1' | 'F2',
  { transport, publishers, aims }: { transport: Transport; publishers: number; aims: readonly Aim[] },
): Workload {
  const servers: readonly Server[] =
    transport === 'websocket' ? [twinwire, nchan, socketIo, floor] : [twinwire, nchan, floor]
  const who = publishers === 1 ? 'one publisher in sequence' : `${publishers} publishers at once`
  return {
    name: `${publishers === 1 ? 'one-publisher' : 'many-publishers'}-${transport}`,
    figure,
    about: `One channel, ${SUBSCRIBERS.toLocaleString('en')} ${TITLES[transport]}, ${who}.`,
    measures: [
      PUBLISHING.cpuMicros,
      PUBLISHING.systemMicros,
      PUBLISHING.deliveriesPerSecond,
      PUBLISHING.deliveriesPerCpuSecond,
      PUBLISHING.residentMegabytes,
      PUBLISHING.loadBusy,
    ],
    contenders: servers.map(server =>
      fanOut(server.name, {
        server,
        transport,
        publishers,
        channels: CHANNELS,
        audience: { kind: 'everybody', count: SUBSCRIBERS },
      }),
    ),
    aims,
    caveats: CAVEATS,
    findings: publishers === 1 ? WHERE_TIME_GOES : [],
  }
}

const cost = { measure: 'cpuMicros', of: 'twinwire' } as const
const yielded = { measure: 'deliveriesPerCpuSecond', of: 'twinwire' } as const
const inSequence: readonly Aim[] = [
  { ...cost, to: 'nchan', atMost: 1.15 },
  { ...cost, to: 'floor', atMost: 1.4 },
]
const atOnce: readonly Aim[] = [{ ...yielded, to: 'nchan', atLeast: 8 }]
const againstSocketIo: Aim = { figure: 'F10', ...cost, to: 'socket.io', atMost: 1 }

export const oneChannel: readonly Workload[] = [
  workload('F1', { transport: 'websocket', publishers: 1, aims: [...inSequence, againstSocketIo] }),
  workload('F1', { transport: 'sse', publishers: 1, aims: inSequence }),
  workload('F2', { transport: 'websocket', publishers: 32, aims: [...atOnce, againstSocketIo] }),
  workload('F2', { transport: 'sse', publishers: 32, aims: atOnce }),
]
