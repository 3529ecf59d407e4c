// Sending to the channel one looks at.

import { useEffect } from 'preact/hooks'
import { draftFor } from '../state/sends.ts'
import { PublishBench } from './publish-bench.tsx'

export function ChannelPublish({ name }: { name: string }) {
  useEffect(() => draftFor(name), [name])
  return <PublishBench isChannelFixed />
}
