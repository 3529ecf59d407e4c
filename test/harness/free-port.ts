// Ports for programs that cannot pick one themselves, or that come back to theirs. Knows no program.

import { createServer } from 'node:net'

/**
 * Below those that systems give to whoever asks for any (on Linux from 32768): what is free here stays free, until it is
 * listened on, and while a gateway that was killed is not back yet. Each test process has a range of its own.
 */
const FIRST = 12_000
const RANGES = 200
const PER_RANGE = 100

let next = Math.floor(Math.random() * PER_RANGE)

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PER_RANGE; tries += 1) {
    const port = FIRST + (process.pid % RANGES) * PER_RANGE + (next++ % PER_RANGE)
    if (await isFree(port)) return port
  }
  throw new Error('No port is free for a test: something holds all between 12000 and 32000.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
