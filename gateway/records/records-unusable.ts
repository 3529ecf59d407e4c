// The error of a records file that cannot be used as it is: one sentence for the person who started the program.

/** Thrown while opening only; the file was not changed. */
export class RecordsUnusable extends Error {
  override readonly name = 'RecordsUnusable'
}
