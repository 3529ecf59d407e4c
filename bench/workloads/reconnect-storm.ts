// F5: 5,000 clients are cut off, miss 100 messages and come back at once.

import { nchan } from '../servers/nchan.ts'
import type { Server } from '../servers/server.ts'
import { recoveringSocketIo } from '../servers/socket-io.ts'
import { twinwire } from '../servers/twinwire.ts'
import { STORM, storm } from '../stages/storm.ts'
import type { Transport } from '../wires/wire.ts'
import type { Workload } from '../workload.ts'

const crowd = { channel: 'public:bench', clients: 5000, missed: 100 }

function workload(transport: Transport, servers: readonly Server[]): Workload {
  const against = servers.includes(recoveringSocketIo)
  const of = 'twinwire'
  return {
    name: `storm-${transport}`,
    figure: 'F5',
    about: `5,000 ${transport === 'websocket' ? 'WebSockets' : 'event streams'} come back at once; each missed 100 messages, and checks that it gets them all, in order.`,
    measures: [STORM.clientMicros, STORM.seconds, STORM.p50Ms, STORM.loadBusy],
    contenders: servers.map(server => storm(server.name, { server, transport, ...crowd })),
    aims: [
      { measure: 'clientMicros', of, to: 'nchan', atMost: 1 },
      { measure: 'seconds', of, to: 'nchan', atMost: 1 },
      ...(against
        ? [{ figure: 'F10', measure: 'clientMicros', of, to: recoveringSocketIo.name, atMost: 1 }]
        : []),
    ],
    caveats: [
      'At most 100 connects wait for their first answer at once: a listener takes no more without losing some for a second.',
      'nchan replays from its buffer in memory, Socket.IO from its connection state recovery, also in memory; Twinwire from its log, which also tells a client when something is lost.',
    ],
  }
}

export const reconnectStorm: readonly Workload[] = [
  workload('websocket', [twinwire, nchan, recoveringSocketIo]),
  workload('sse', [twinwire, nchan]),
]
