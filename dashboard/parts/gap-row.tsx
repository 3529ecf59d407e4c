// A gap in a list of messages, in words.

import type { Gap, GapReason } from '../../shared/frames.ts'

const WORDS: Record<GapReason, string> = {
  expired: 'messages have left retention before they could be read',
  reset: 'the log is a new one, older places in it mean nothing',
  slow: 'this reader was too slow, and retention has overtaken it',
  no_history: 'this channel keeps no history to fill the time that was missed',
}

export function GapRow({ gap }: { gap: Gap }) {
  return (
    <li class="tail-gap">
      <strong>Gap</strong> {WORDS[gap.reason]}
    </li>
  )
}
