// The place to resume from, read off the frames of a WebSocket as a client would. Knows no transport.

import type { Frame } from './frame.ts'
import type { ConnectOptions } from './subscriber.ts'

/**
 * The cursor a client holds after these frames. On SSE the browser keeps it (`id:`); on WebSocket the last id
 * counts, but for channels subscribed to later, whose ids are their own cursors until their `live` (rule C2).
 */
export function placeAfter(options: ConnectOptions, frames: readonly Frame[]): string | null {
  const late = new Set<string>()
  let place = options.since ?? null
  for (const frame of frames) {
    if (frame.type === 'subscribed') {
      if (frame.ref === undefined) place ??= frame.cursor ?? null
      else late.add(frame.channel!)
    } else if (frame.type === 'message' && frame.id !== undefined && !late.has(frame.channel!)) {
      place = frame.id
    } else if (frame.type === 'live') {
      for (const channel of frame.channels ?? []) late.delete(channel)
      place = frame.cursor ?? place
    }
  }
  return place
}
