// A timer that may run for months and never keeps the process alive. Knows no purpose.

/** Longer timers overflow in Node and would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Calls `act` once after `delayMs`; returns the stop. */
export function startTimer(delayMs: number, act: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, MAX_TIMER_MS)
    timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : act()), stepMs).unref()
  }
  wait(Math.max(0, delayMs))
  return () => clearTimeout(timer)
}
