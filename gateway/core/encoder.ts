// How frames become bytes, as the core sees it: each transport hands in its own. Types only; knows no wire format.

import type { ServerFrame } from '../../shared/frames.ts'

/** What is kept once for each wire format, by the slot of its encoder. */
export type PerFormat<Kept> = [Kept | undefined, Kept | undefined, Kept | undefined]

export interface Encoder {
  /** Which cache slot of a message this encoder's output takes; one for each wire format. */
  readonly slot: 0 | 1 | 2
  /** A message frame, given as JSON in UTF-8, with its id (null in channels without history). */
  message(json: Buffer, id: string | null): Buffer
  /** A frame for one connection alone that is JSON text already, whose data keep their tokens (rule H3). */
  answer(json: string): Buffer
  /** Any other frame; `id` is where a client that heard nothing later resumes (rule S3). */
  frame(frame: ServerFrame, id?: string): Buffer
  /** A sign of life; `id` when the connection's cursor moved without a message (rule S4). */
  heartbeat(id: string | null): Buffer
}
