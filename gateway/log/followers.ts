// Who is told of what was committed. Knows no storage.

import type { Follower, Message, Removal } from '../core/log.ts'

export class Followers {
  readonly #all = new Set<Follower>()

  add(follower: Follower): () => void {
    // Wrapped, so that following twice with one object means being told twice.
    const following: Follower = {
      appended: (messages, head) => follower.appended(messages, head),
      removed: removal => follower.removed(removal),
    }
    this.#all.add(following)
    return () => this.#all.delete(following)
  }

  tellAppended(messages: readonly Message[], head: number): void {
    for (const follower of this.#all) shield(() => follower.appended(messages, head))
  }

  tellRemoved(removal: Removal): void {
    for (const follower of this.#all) shield(() => follower.removed(removal))
  }
}

/** What is committed is committed: a follower's bug must not make a publisher believe otherwise. */
function shield(call: () => void): void {
  try {
    call()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
