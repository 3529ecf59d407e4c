// One connection as the registry and the heartbeat see it. Types only; knows no reader and no outbox.

import type { Code } from '../../shared/codes.ts'
import type { ConnectionDetail, ConnectionView } from '../../shared/stats.ts'
import type { Identity } from './identity.ts'
import type { Link } from './link.ts'

export interface Connection {
  readonly id: string
  readonly user: string | undefined
  readonly identity: Identity
  readonly link: Pick<Link, 'transport' | 'address' | 'progress' | 'taken' | 'answersHeartbeats'>
  /** Bytes handed to the link since the connection began. */
  readonly givenBytes: number
  /** Bytes this process holds for it. */
  readonly pendingBytes: number
  view(): ConnectionView
  detail(): ConnectionDetail
  /** Writes a sign of life. */
  beat(): void
  /** Says goodbye and ends the connection; `afterMs`: when to come back. */
  close(code: Code, reason: string, afterMs?: number): void
}
