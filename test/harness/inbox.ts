// The frames a connection received, with waiting for the next one that matches. Knows no transport.

import { within } from './deadline.ts'
import type { Frame } from './frame.ts'
import { type End, type Match, predicate } from './subscriber.ts'

export class Inbox {
  readonly frames: Frame[] = []
  /** Settles when the connection is over; `ended` is the same with a deadline. */
  readonly over: Promise<End>
  #end!: (end: End) => void
  #isOver: End | null = null
  /** Frames before this index were given out or passed over. */
  #taken = 0
  #wake = () => {}

  constructor() {
    this.over = new Promise(resolve => {
      this.#end = resolve
    })
  }

  get ended(): Promise<End> {
    return within(this.over, () => `the end of the connection; got ${tell(this.frames)}`)
  }

  put(frame: Frame): void {
    this.frames.push(frame)
    this.#wake()
  }

  end(end: End): void {
    if (this.#isOver) return
    this.#isOver = end
    this.#end(end)
    this.#wake()
  }

  async next(match: Match, deadlineMs?: number): Promise<Frame> {
    const what = () => `a frame ${describe(match)}; got ${tell(this.frames)}`
    return within(this.#find(predicate(match), what), what, deadlineMs)
  }

  async #find(matches: (frame: Frame) => boolean, what: () => string): Promise<Frame> {
    for (;;) {
      while (this.#taken < this.frames.length) {
        const frame = this.frames[this.#taken++]!
        if (matches(frame)) return frame
      }
      if (this.#isOver)
        throw new Error(`The connection ended (${JSON.stringify(this.#isOver)}) before ${what()}`)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}

function describe(match: Match): string {
  return typeof match === 'function' ? `where ${match}` : JSON.stringify(match)
}

function tell(frames: readonly Frame[]): string {
  const shown = frames.slice(-8).map(frame => JSON.stringify(frame).slice(0, 160))
  return `${frames.length} frames, at last: ${shown.join(' ')}`
}
