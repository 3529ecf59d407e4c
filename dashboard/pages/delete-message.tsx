// Asks before one message is deleted.

import { Confirm } from '../parts/confirm.tsx'
import { request } from '../state/request.ts'

export function DeleteMessage(props: { channel: string; id: string; onClose: () => void }) {
  const { channel, id } = props
  const path = `channels/${encodeURIComponent(channel)}/messages/${encodeURIComponent(id)}`
  return (
    <Confirm
      title="Delete this message?"
      action="Delete"
      endsOpener
      onConfirm={async () => {
        await request('DELETE', path)
      }}
      onClose={props.onClose}
    >
      <p>
        <code>{id}</code> is removed from <code>{channel}</code> for good. Connected clients are told with a{' '}
        <code>deleted</code> frame; what they have shown already, they have to take back themselves.
      </p>
    </Confirm>
  )
}
