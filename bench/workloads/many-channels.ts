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
    "alone: by perf about 28 % is garbage collection (18 of it on V8's own threads), 17 % the kernel, 16 % compiled JavaScript, 4 % SQLite, and most of the rest Node taking the HTTP request apart: a bare server that parses and answers needs 27 µs, which is more than nchan needs for all of it (docs/decisions/010). So 0.7 is out of reach over HTTP; the WebSocket for backends goes round it.",
    'together: collection is as much, SQLite and its writes 13 %, for each message writes a leaf of the index where its channel stands. To write fewer, the newest part of the index would have to wait in memory, and each query by channel to look in two places (docs/decisions/010).',
  ],
}
