// F3: 5,000 channels with one subscriber each: no message is shared, so each publish costs what it costs.

import { channelNames } from '../channel-names.ts'
import { nchan } from '../servers/nchan.ts'
import { twinwire } from '../servers/twinwire.ts'
import { type FanOut, fanOut, PUBLISHING } from '../stages/fan-out.ts'
import type { Workload } from '../workload.ts'

const CHANNELS = 5000
const options = {
  transport: 'websocket',
  channels: channelNames(CHANNELS),
  audience: { kind: 'one-each' },
  publishers: 32,
} satisfies Partial<FanOut>
const measure = 'publishesPerCpuSecond'

export const manyChannels: Workload = {
  name: 'many-channels',
  figure: 'F3',
  about:
    '5,000 channels with one WebSocket each, 32 publishers at once; alone, and with 100 messages a request.',
  measures: [
    PUBLISHING.publishesPerCpuSecond,
    PUBLISHING.publishesPerSecond,
    PUBLISHING.publishMicros,
    PUBLISHING.serverBusy,
    PUBLISHING.loadBusy,
    PUBLISHING.residentMegabytes,
  ],
  contenders: [
    fanOut('twinwire', { ...options, server: twinwire }),
    fanOut('twinwire, 100 a request', { ...options, server: twinwire, batch: 100 }),
    fanOut('nchan', { ...options, server: nchan }),
  ],
  aims: [
    { measure, of: 'twinwire', to: 'nchan', atLeast: 0.7 },
    { measure, of: 'twinwire, 100 a request', to: 'nchan', atLeast: 1.5 },
  ],
  caveats: [
    'Rates are for one second of server CPU. The load generator sends, answers and reads one message at a time, and is busier than the servers: publishes/s is its limit as much as theirs.',
    'nchan takes one message a request. It commits nothing to disk.',
  ],
  findings: [
    'alone: half of it is Node taking the HTTP request apart and answering, with two system calls; a quarter the commit, in which each message writes the leaf of the index that its channel has for itself (docs/decisions/010).',
    'together: most is the commit, in which each message writes a leaf of the index; rows of channels are written once for many messages.',
  ],
}
