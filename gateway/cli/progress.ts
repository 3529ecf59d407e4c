// How far a long copy has come, for somebody who waits at a terminal. Writes nothing elsewhere, and nothing about short ones.

const QUIET_MS = 1000
const EVERY_MS = 200

/** Takes figures as they come; `end` clears the line. */
export function startProgress(what: string): {
  tell: (done: number, total: number) => void
  end: () => void
} {
  const { stderr } = process
  const startedAt = performance.now()
  let toldAt = startedAt + QUIET_MS - EVERY_MS
  let hasTold = false
  return {
    tell(done, total) {
      const now = performance.now()
      if (!stderr.isTTY || now - toldAt < EVERY_MS || total === 0) return
      toldAt = now
      hasTold = true
      stderr.write(`\r${what}: ${Math.floor((100 * done) / total)} %`)
    },
    end() {
      if (hasTold) stderr.write('\r\x1b[K')
    },
  }
}
