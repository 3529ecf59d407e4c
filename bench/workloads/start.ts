// How long a start takes: what a deploy or a crash costs before clients can come back.

import { nchan } from '../servers/nchan.ts'
import { socketIo } from '../servers/socket-io.ts'
import { twinwire } from '../servers/twinwire.ts'
import { START, starting } from '../stages/starting.ts'
import type { Workload } from '../workload.ts'

export const start: Workload = {
  name: 'start',
  figure: 'start',
  about: 'From the start of the process until it listens, with nothing stored.',
  measures: [START.startMs, START.residentMegabytes],
  contenders: [twinwire, nchan, socketIo].map(starting),
  aims: [],
  caveats: [],
}
