// All workloads, in the order of the table of aims.

import type { Workload } from '../workload.ts'
import { backends } from './backends.ts'
import { durability } from './durability.ts'
import { growth } from './growth.ts'
import { idleConnections } from './idle-connections.ts'
import { largeFanOut } from './large-fan-out.ts'
import { latency } from './latency.ts'
import { manyChannels } from './many-channels.ts'
import { oneChannel } from './one-channel.ts'
import { reconnectStorm } from './reconnect-storm.ts'
import { stalledReaders } from './stalled-readers.ts'
import { start } from './start.ts'

export const WORKLOADS: readonly Workload[] = [
  ...oneChannel,
  manyChannels,
  ...idleConnections,
  ...reconnectStorm,
  latency,
  ...growth,
  largeFanOut,
  ...durability,
  backends,
  stalledReaders,
  start,
]
