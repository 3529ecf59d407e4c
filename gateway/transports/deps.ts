// What both transports need of the gateway to take a connection. Types only.

import type { FastifyReply } from 'fastify'
import type { Failure } from '../../shared/codes.ts'
import type { Identify } from '../access/identify.ts'
import type { Origins } from '../access/origins.ts'
import type { Context } from '../core/context.ts'
import type { Farewell } from '../core/goodbye.ts'
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
  /** Answers a request that gets no stream. */
  readonly refuse: (reply: FastifyReply, failure: Failure) => FastifyReply
  /** Why no connection from an address is taken now, and when to come back; null: they are. */
  readonly turnAway: (address: string) => Farewell | null
  /** Why nobody is taken now; asked again when it is known who comes, because finding out can take seconds. */
  readonly noRoom: () => Farewell | null
}
