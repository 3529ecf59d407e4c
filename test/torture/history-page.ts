// An answer to `history` as a lane of its own: from where it begins to its last message. Knows no connection.

import type { Frame } from '../harness/frame.ts'
import { Lane } from './lane.ts'
import type { Payload } from './model.ts'
import type { Witnesses } from './witnesses.ts'

/** `since`: the seq of the cursor that was presented, if it is of this log. Null: the page is empty. */
export function laneOfPage(
  { channel = '-', messages = [], gap }: Frame,
  since: number | null,
  who: string,
  { model, verdict, clock }: Witnesses,
): Lane | null {
  const seqs = messages.map(message => model.seqOf(message.id, who))
  for (const [index, message] of messages.entries())
    model.sight({ channel, seq: seqs[index]!, data: message.data as Payload, who })
  const first = seqs[0]
  if (first === undefined) return null
  const lane = new Lane(channel, `${who} history`, since ?? first - 1, model, verdict)
  if (gap) lane.excuse(lane.start, Math.max(lane.start, first - 1), clock())
  for (const seq of seqs) lane.deliver(seq)
  return lane
}
