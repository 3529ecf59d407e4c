// What stands between a caller and a channel: whether the name is one, and whether it may be read. Knows no routes.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import { decide } from '../core/decision.ts'
import type { Access, Identity, Verdict } from '../core/identity.ts'
import { channelNameMessage } from '../core/publication-check.ts'

/** `bad_request` for what is no channel name (rule N1), else null. */
export function checkChannelName(name: string): Failure | null {
  return isChannelName(name) ? null : { code: 'bad_request', message: channelNameMessage(name) }
}

/** Whether a caller may read a channel; what can be asked about it is asked first. */
export async function mayRead(
  access: Pick<Access, 'mayRead'>,
  identity: Identity,
  channel: string,
): Promise<Verdict> {
  return decide(identity, channel, () => access.mayRead(identity, channel))
}
