// Asks before a test broadcast, with whom it reaches.

import { useEffect, useState } from 'preact/hooks'
import { formatCount, formatDuration, formatPlural } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import type { BurstPlan } from '../state/burst.ts'
import { request } from '../state/request.ts'

interface ConfirmBurstProps {
  channel: string
  plan: BurstPlan
  onConfirm: () => void
  onClose: () => void
}

export function ConfirmBurst({ channel, plan, onConfirm, onClose }: ConfirmBurstProps) {
  const [subscribers, setSubscribers] = useState<number | null>(null)
  useEffect(() => {
    request<{ subscribers: number }>('GET', `channels/${encodeURIComponent(channel)}`).then(
      answer => setSubscribers(answer.subscribers),
      () => {},
    )
  }, [channel])
  const { count, perSecond } = plan
  return (
    <Confirm
      title={`Send ${formatPlural(count, 'message')}?`}
      action="Send"
      onConfirm={async () => onConfirm()}
      onClose={onClose}
    >
      <p>
        To <code>{channel}</code>, {formatCount(perSecond)} a second: it takes{' '}
        {formatDuration((count / perSecond) * 1000)}.{' '}
        {subscribers !== null &&
          `The channel has ${formatPlural(subscribers, 'subscriber')}: ${formatPlural(count * subscribers, 'delivery', 'deliveries')}.`}
      </p>
    </Confirm>
  )
}
