// A verdict about a channel that may have to wait for the authority behind an identity. Knows no rules and no hook.

import type { Identity, Verdict } from './identity.ts'

/**
 * Judges; a refusal is judged again when the identity's authority, if it has one, was asked about the channel. It comes
 * at once where nobody has to be asked, so that publishing does not wait a turn for each message.
 */
export function decide(
  identity: Identity,
  channel: string,
  judge: () => Verdict,
): Verdict | Promise<Verdict> {
  const verdict = judge()
  if (verdict === null || identity.kind !== 'client' || !identity.authority) return verdict
  return identity.authority.consult([channel]).then(failure => failure ?? judge())
}
