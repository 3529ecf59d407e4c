// Waiting with an end: every wait in a test names what it waits for, and fails by that name. Knows no gateway.

/** For what hangs, not for what is slow: it costs a test that succeeds nothing. */
export const DEADLINE_MS = 45_000

/** Passes a promise through, or rejects after `ms` saying what did not happen. */
export async function within<T>(
  promise: Promise<T>,
  what: string | (() => string),
  ms = DEADLINE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Not within ${ms} ms: ${typeof what === 'string' ? what : what()}`))
    }, ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks again and again until the answer is not `null`; for outcomes that send no event (a disk, another process). */
export async function poll<T>(ask: () => Promise<T | null>, what: string, ms = DEADLINE_MS): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (Date.now() > end) throw new Error(`Not within ${ms} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
