// Time as the core sees it: handed in by the composition root, so that tests can hold or move it. Types only.

/** Milliseconds since 1970. */
export type Clock = () => number
