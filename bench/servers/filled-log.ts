// Fills a gateway's log before the gateway starts, faster than by publishing. Knows no server.

import { openSqliteLog } from '../../gateway/log/sqlite.ts'
import { FIRST_NUMBER, messageText } from '../message-text.ts'

const BATCH = 50_000

/** Puts so many messages into each of the channels, in turns, as if all had been published at once. */
export function filled(channels: readonly string[], each: number): (dataDir: string) => Promise<void> {
  return async dataDir => {
    const log = await openSqliteLog({
      dataDir,
      durability: 'normal',
      maxBytes: 1024 ** 4,
      retention: () => ({ messages: each, ageMs: 86_400_000 }),
      clock: Date.now,
    })
    const total = channels.length * each
    for (let from = 0; from < total; from += BATCH) {
      const group = Array.from({ length: Math.min(BATCH, total - from) }, (_, at) => ({
        channel: channels[(from + at) % channels.length]!,
        data: messageText(FIRST_NUMBER + from + at),
        stored: true,
      }))
      const [outcome] = await log.append([group])
      if (!outcome!.ok) throw outcome!.error
      // The checkpoint works beside this, and is told of by the event loop.
      await new Promise(setImmediate)
    }
    await log.close()
  }
}
