// Asks before connections are ended, and for what reason the client is to be told.

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView } from '../../shared/stats.ts'
import { formatPlural } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RequestError, request } from '../state/request.ts'

interface DisconnectProps {
  /** Takes what was done, as a sentence. */
  onDone: (words: string) => void
  onClose: () => void
}

const MAX_REASON = 200

export function DisconnectOne({
  connection,
  ...rest
}: DisconnectProps & { connection: Pick<ConnectionView, 'id' | 'user' | 'name' | 'kind' | 'address'> }) {
  const { id, user, name, kind, address } = connection
  const [reason, setReason] = useState('')
  const who = user ?? name ?? kind

  async function disconnect(): Promise<string> {
    const query = reason.trim() === '' ? '' : `?${new URLSearchParams({ reason: reason.trim() })}`
    try {
      await request('DELETE', `connections/${encodeURIComponent(id)}${query}`)
      return `Disconnected ${who} ${id}`
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return `${who} ${id} had gone already`
      throw error
    }
  }

  return (
    <Disconnect title={`Disconnect ${user ?? 'this connection'}?`} disconnect={disconnect} {...rest}>
      <p>
        <code>{id}</code> from {address} is told to stop and not to reconnect. Its other connections stay, and
        nothing keeps it from coming back with a new one.
      </p>
      <label class="field dialog-typed">
        <span>
          Reason, <em>shown to the client and kept in the audit log</em>
        </span>
        <input
          value={reason}
          maxLength={MAX_REASON}
          placeholder="Disconnected by an operator."
          onInput={event => setReason(event.currentTarget.value)}
        />
      </label>
    </Disconnect>
  )
}

export function DisconnectUser({ user, ...rest }: DisconnectProps & { user: string }) {
  async function disconnect(): Promise<string> {
    const path = `users/${encodeURIComponent(user)}/connections`
    const { disconnected } = await request<{ disconnected: number }>('DELETE', path)
    return `Disconnected ${formatPlural(disconnected, 'connection')} of ${user}`
  }
  return (
    <Disconnect title={`Disconnect ${user} everywhere?`} disconnect={disconnect} {...rest}>
      <p>
        All connections of this user are told to stop and not to reconnect. Nothing keeps the user from coming
        back with a new one: take back the token, or the session, first.
      </p>
    </Disconnect>
  )
}

interface Asked extends DisconnectProps {
  title: string
  children: ComponentChildren
  /** Says what was done. */
  disconnect: () => Promise<string>
}

function Disconnect({ title, children, disconnect, onDone, onClose }: Asked) {
  return (
    <Confirm
      title={title}
      action="Disconnect"
      endsOpener
      onConfirm={async () => onDone(await disconnect())}
      onClose={onClose}
    >
      {children}
    </Confirm>
  )
}
