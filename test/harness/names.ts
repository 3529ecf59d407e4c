// Names that no other test of the process uses, so that tests can share a gateway.

let count = 0

/** A channel name under a prefix, never given out before. */
export function freshChannel(prefix = 'public:'): string {
  return `${prefix}${++count}-${process.pid}`
}
