// The error of a data folder that cannot be used as it is: one sentence for the person who started the gateway.

/** Thrown while opening only. The message says what is wrong, where, and what to do; nothing on disk was changed. */
export class LogUnusable extends Error {
  override readonly name = 'LogUnusable'
}
