// The field for a channel's name, completed from the channels there are: those with most subscribers first.

import { useEffect, useId, useState } from 'preact/hooks'
import { formatPlural } from '../format.ts'
import type { ChannelView } from '../state/channels.ts'
import { channelsQuery } from '../state/channels.ts'
import { request } from '../state/request.ts'
import { Field } from './field.tsx'

const OFFERED = 10
/** Whoever types on asks once. */
const PAUSE_MS = 200

interface ChannelFieldProps {
  value: string
  readOnly: boolean
  fault: string | null
  onInput: (value: string) => void
}

export function ChannelField({ value, readOnly, fault, onInput }: ChannelFieldProps) {
  const id = useId()
  const offered = useOffered(value, !readOnly)
  return (
    <Field
      label="Channel"
      hint="public:demo"
      value={value}
      readOnly={readOnly}
      fault={fault}
      list={id}
      onInput={onInput}
      required
    >
      <datalist id={id}>
        {offered.map(({ name, subscribers }) => (
          <option key={name} value={name} label={formatPlural(subscribers, 'subscriber')} />
        ))}
      </datalist>
    </Field>
  )
}

function useOffered(text: string, isWanted: boolean): readonly ChannelView[] {
  const [offered, setOffered] = useState<readonly ChannelView[]>([])
  useEffect(() => {
    if (!isWanted) return
    let isCurrent = true
    const timer = setTimeout(() => {
      const query = `${channelsQuery({ text, sort: '-subscribers' })}&limit=${OFFERED}`
      request<{ channels: ChannelView[] }>('GET', `channels?${query}`).then(
        ({ channels }) => isCurrent && setOffered(channels),
        // A name can be typed as well.
        () => {},
      )
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [text, isWanted])
  return offered
}
