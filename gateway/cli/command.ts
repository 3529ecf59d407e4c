// What a command of the command line is, and the error of one that was called wrongly. Knows no particular command.

export interface Command {
  /** The word after `twinwire`. */
  readonly name: string
  /** What it does, in half a sentence, for `twinwire help`. */
  readonly summary: string
  /** `args`: what stands after the name. Throws UsageError when they are wrong. */
  readonly run: (args: readonly string[]) => Promise<void>
}

/** The command line is wrong; the message says how it is right. */
export class UsageError extends Error {}
