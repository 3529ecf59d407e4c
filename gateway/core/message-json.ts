// The JSON text of a `message` frame, with the publisher's `data` spliced in untouched (rule H3). Knows no transport.

import type { Message } from './log.ts'

/** A message on its way to connections; one of a channel without history has no seq. */
export type MessageContent = Omit<Message, 'seq'>

/** Writes a message frame; `id` is its cursor, null in channels without history (rule C4). */
export function messageJson(message: MessageContent, id: string | null): string {
  // Channel names hold no character that JSON escapes (rule N1), ids neither.
  let json = `{"type":"message","channel":"${message.channel}"`
  if (id !== null) json += `,"id":"${id}"`
  json += `,"time":${message.time},"data":${message.data}`
  if (message.event !== undefined) json += `,"event":${JSON.stringify(message.event)}`
  if (message.user !== undefined) json += `,"user":${JSON.stringify(message.user)}`
  if (message.sender !== undefined) json += `,"sender":${JSON.stringify(message.sender)}`
  return `${json}}`
}
