// The last question, to the log itself: a fresh reader asks for everything that is kept. Knows no faults.

import { poll } from '../harness/deadline.ts'
import { Account } from './account.ts'
import { STORED } from './channels.ts'
import { openWebSocket } from './link.ts'
import type { Witnesses } from './witnesses.ts'

/** Reads all channels from their beginning and accounts for them (rules R1, N4). */
export async function audit(url: string, witnesses: Witnesses): Promise<void> {
  const account = new Account('audit', witnesses)
  const opening = { channels: STORED.map(({ name }) => name), since: `${witnesses.model.epoch}-0` }
  account.connected(opening)
  const link = openWebSocket(url, opening, (frame, id) => account.take(frame, id))
  await poll(async () => (account.isLive ? true : null), 'the audit to have read everything', 30_000).catch(
    () => null,
  )
  account.verifyRest()
  link.cut()
  await link.ended
}
