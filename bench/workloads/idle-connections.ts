// F4: 15,000 connections on which nothing happens: what each keeps in memory.

import { nchan } from '../servers/nchan.ts'
import type { Server } from '../servers/server.ts'
import { socketIo } from '../servers/socket-io.ts'
import { twinwire } from '../servers/twinwire.ts'
import { IDLE, idle } from '../stages/idle.ts'
import type { Transport } from '../wires/wire.ts'
import type { Aim, Workload } from '../workload.ts'

const CONNECTIONS = 15_000

function workload(
  transport: Transport,
  { servers, aims }: { servers: readonly Server[]; aims: readonly Aim[] },
): Workload {
  return {
    name: `idle-${transport}`,
    figure: 'F4',
    about: `15,000 idle ${transport === 'websocket' ? 'WebSockets' : 'event streams'} on one channel.`,
    measures: [IDLE.kilobytes, IDLE.residentMegabytes, IDLE.openMicros],
    contenders: servers.map(server =>
      idle(server.name, { server, transport, channel: 'public:bench', connections: CONNECTIONS }),
    ),
    aims,
    caveats: [
      'Growth of the resident memory from the started server to all connections open and quiet, divided by their number; the kernel keeps its own buffers for each, which belong to no process.',
    ],
    maxRounds: 3,
  }
}

const cost = { measure: 'kilobytes', of: 'twinwire' } as const

export const idleConnections: readonly Workload[] = [
  workload('websocket', {
    servers: [twinwire, nchan, socketIo],
    aims: [
      { ...cost, to: null, atMost: 8 },
      { figure: 'F10', ...cost, to: 'socket.io', atMost: 1 },
    ],
  }),
  workload('sse', { servers: [twinwire, nchan], aims: [{ ...cost, to: null, atMost: 9 }] }),
]
