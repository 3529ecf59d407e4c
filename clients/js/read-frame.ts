// From text to a frame. Knows no transport.

import type { MessageFrame, ServerFrame } from '../../shared/frames.ts'

/** A message keeps the text it came in: `JSON.parse` rounds a 64-bit number, and somebody may need it exactly. */
export type MessageWithText = MessageFrame & { readonly text?: string }

export function readFrame(text: string): ServerFrame {
  const frame = JSON.parse(text) as ServerFrame
  return frame.type === 'message' ? Object.assign(frame, { text }) : frame
}
