// Asks, with the name to type, before everything that a channel keeps is removed.

import { useEffect, useState } from 'preact/hooks'
import { formatBytes, formatPlural } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { request } from '../state/request.ts'
import type { ChannelAnswer } from './channel-facts.tsx'

export function PurgeChannel(props: { name: string; onPurged: () => void; onClose: () => void }) {
  const { name } = props
  const path = `channels/${encodeURIComponent(name)}`
  const [kept, setKept] = useState('All messages')
  useEffect(() => {
    // Only words: without them the question is as clear.
    request<ChannelAnswer>('GET', path).then(
      ({ messages, bytes }) => setKept(`${formatPlural(messages, 'message')} (${formatBytes(bytes)})`),
      () => {},
    )
  }, [path])
  return (
    <Confirm
      title="Purge the channel?"
      action="Purge"
      typed={name}
      onConfirm={async () => {
        await request('DELETE', `${path}/messages`)
        props.onPurged()
      }}
      onClose={props.onClose}
    >
      <p>
        {kept} of <code>{name}</code> are removed for good. Subscribers stay connected and get what comes
        next; a client that was away is told of a gap.
      </p>
    </Confirm>
  )
}
