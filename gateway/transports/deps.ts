// What both transports need of the gateway to take a connection. Types only.

import type { Door } from '../access/door.ts'
import type { Identify } from '../access/identify.ts'
import type { Origins } from '../access/origins.ts'
import type { Context } from '../core/context.ts'
import type { Intake } from './intake.ts'
import type { Unacknowledged } from './unacknowledged.ts'

export interface TransportDeps {
  readonly context: Context
  readonly identify: Identify
  readonly origins: Pick<Origins, 'allows' | 'corsHeaders'>
  readonly unacknowledged: Unacknowledged
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Characters that tell this start's connection ids from another's. */
  readonly idSuffix: string
  readonly intake: Intake
  /** Whether one more connection is taken. */
  readonly door: Door
}
