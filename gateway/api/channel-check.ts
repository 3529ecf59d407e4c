// Refuses texts that are no channel names before anything is said about permissions. Knows no routes.

import { isChannelName } from '../../shared/channel-name.ts'
import type { Failure } from '../../shared/codes.ts'
import { channelNameMessage } from '../core/publication-check.ts'

/** `bad_request` for what is no channel name (rule N1), else null. */
export function checkChannelName(name: string): Failure | null {
  return isChannelName(name) ? null : { code: 'bad_request', message: channelNameMessage(name) }
}
