// A moment as one reads it: how long ago, with the full date and time on hover.

import { formatAge, formatInstant } from '../format.ts'
import { now } from '../state/now.ts'

/** What has just happened may seem to lie ahead: this clock steps once a second, and the gateway's is another. */
const CLOCK_SLACK_MS = 2000

/** `time` in milliseconds since 1970. Moments ahead read as `in 5 min`. */
export function When({ time }: { time: number }) {
  const agoMs = now.value - time
  return (
    <time dateTime={new Date(time).toISOString()} title={formatInstant(time)}>
      {agoMs > -CLOCK_SLACK_MS ? `${formatAge(agoMs)} ago` : `in ${formatAge(-agoMs)}`}
    </time>
  )
}
