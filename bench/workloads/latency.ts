// F6: 500 messages a second to 200 subscribers: how long a delivery takes while there is little to do.

import { nchan } from '../servers/nchan.ts'
import { socketIo } from '../servers/socket-io.ts'
import { twinwire } from '../servers/twinwire.ts'
import { LATENCY, paced } from '../stages/paced.ts'
import type { Workload } from '../workload.ts'

const options = { transport: 'websocket', channel: 'public:bench', subscribers: 200, perSecond: 500 } as const

export const latency: Workload = {
  name: 'latency',
  figure: 'F6',
  about:
    '500 messages a second to 200 WebSockets; every delivery is timed from the moment its message was due.',
  measures: [LATENCY.p50Ms, LATENCY.p99Ms, LATENCY.p999Ms, LATENCY.serverBusy, LATENCY.loadBusy],
  contenders: [twinwire, nchan, socketIo].map(server => paced(server.name, { server, ...options })),
  aims: [
    { measure: 'p50Ms', of: 'twinwire', to: 'nchan', atMost: 1.5 },
    { measure: 'p99Ms', of: 'twinwire', to: 'nchan', atMost: 1.5 },
  ],
  caveats: [
    'One process publishes and reads, so there is one clock; what it takes to read 200 sockets one after the other is part of every figure, and the same for all.',
  ],
}
