// One message in a list: when, what kind, whose, its id, and its data. Knows no list and no channel.

import type { ComponentChildren } from 'preact'
import { formatInstant, formatMoment } from '../format.ts'
import { now } from '../state/now.ts'
import { CopyButton } from './copy-button.tsx'
import { JsonView } from './json-view.tsx'

interface MessageRowProps {
  message: {
    readonly id?: string | undefined
    readonly time: number
    readonly event?: string | undefined
    readonly user?: string | undefined
  }
  /** The data laid out. */
  text: string
  class?: string
  /** Beside the time. */
  tag?: ComponentChildren
  deleted?: boolean
  /** For messages that are kept, by who may; asks first. */
  onDelete?: ((id: string) => void) | undefined
}

export function MessageRow({ message, text, tag, deleted = false, onDelete, ...props }: MessageRowProps) {
  const { id, time, event, user } = message
  return (
    <li class={`tail-row ${props.class ?? ''}`}>
      <div class="tail-meta">
        <time dateTime={new Date(time).toISOString()} title={formatInstant(time)}>
          {formatMoment(time, now.peek())}
        </time>
        {tag}
        {event !== undefined && <span class="tail-event">{event}</span>}
        {user !== undefined && <span>by {user}</span>}
        <code class="tail-id">{id ?? 'not stored'}</code>
      </div>
      {deleted ? <p class="faint tail-deleted">Deleted</p> : <JsonView text={text} />}
      {!deleted && (
        <div class="tail-row-actions">
          <CopyButton text={text} label={`Copy the data of ${id ?? 'this message'}`} words="" />
          {id !== undefined && onDelete && (
            <button
              type="button"
              class="button button-small"
              aria-label={`Delete ${id}`}
              onClick={() => onDelete(id)}
            >
              Delete
            </button>
          )}
        </div>
      )}
    </li>
  )
}
