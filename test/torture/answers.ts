// The commands of one connection that wait for their answers: each gets exactly one, in the order sent (rule W3). Knows no
// sockets.

import type { Frame } from '../harness/frame.ts'

export interface Command {
  readonly type: 'subscribe' | 'unsubscribe' | 'history' | 'ping' | 'publish'
  readonly ref: number
  readonly channel?: string
  readonly since?: string | undefined
}

export class Answers {
  #waiting: Command[] = []
  readonly #blame: (rule: string, text: string) => void

  constructor(blame: (rule: string, text: string) => void) {
    this.#blame = blame
  }

  /** Those that have no answer yet, in the order sent. */
  get waiting(): readonly Command[] {
    return this.#waiting
  }

  expect(command: Command): void {
    this.#waiting.push(command)
  }

  clear(): void {
    this.#waiting = []
  }

  /** The command that a frame answers, if it answers one. */
  take(frame: Frame): Command | undefined {
    if (frame.ref === undefined) return undefined
    const command = this.#waiting.shift()
    if (command?.ref === frame.ref) return command
    this.#blame('W3', `the answer to ${frame.ref} came, but ${command?.ref ?? 'no command'} was next`)
    return undefined
  }
}
