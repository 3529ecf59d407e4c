// A port for a program that cannot pick one itself. Knows no program.

import { createServer } from 'node:net'

/** A port of the loopback that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
