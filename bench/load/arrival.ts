// Waiting for what is read: a condition that is looked at again whenever something arrives. Knows no sockets.

export class Arrival {
  #lost: Error | null = null
  #look: () => void = () => {}

  /** Something was read. */
  note(): void {
    this.#look()
  }

  /** A connection is gone: nobody waits any longer. */
  lose(error: Error): void {
    this.#lost = error
    this.#look()
  }

  /** Resolves when the condition holds; rejects with the loss of a connection, or with `missing` when it takes too long. */
  async until(isDone: () => boolean, deadlineMs: number, missing: () => string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error(missing())), deadlineMs)
    this.#look = () => {
      if (this.#lost) reject(this.#lost)
      else if (isDone()) resolve()
    }
    this.#look()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#look = () => {}
    }
  }
}
