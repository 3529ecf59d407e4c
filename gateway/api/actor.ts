// Who a caller is to the audit log. Knows no routes.

import type { FastifyRequest } from 'fastify'
import type { Actor, AuditAction, AuditTrail } from '../core/audit.ts'

/** Who makes a request, once the guard has let it pass, and from where. */
export type Caller = Pick<FastifyRequest, 'identity' | 'ip'>

export function actorOf({ identity, ip }: Caller): Actor {
  switch (identity.kind) {
    case 'operator':
      return { kind: 'operator', name: identity.user, address: ip }
    case 'key':
      return { kind: 'key', name: identity.name, address: ip }
    default:
      return { kind: 'nobody', name: 'nobody', address: ip }
  }
}

/** Records what a caller has done. It is done already: a record that cannot be kept undoes nothing. */
export function note(
  audit: Pick<AuditTrail, 'note'>,
  caller: Caller,
  action: AuditAction,
  target: string,
  detail?: string,
): void {
  audit.note({ actor: actorOf(caller), action, target, detail })
}
