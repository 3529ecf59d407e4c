// The test broadcast that runs or ran last. It goes on while the operator looks at other pages.

import { signal } from '@preact/signals'
import type { Burst, BurstAnswer, BurstPlan } from './burst.ts'
import { runBurst } from './burst.ts'
import type { Draft } from './publication.ts'
import { numbered, publishBody } from './publication.ts'
import { request } from './request.ts'

export const burst = signal<Burst | null>(null)

let stop = new AbortController()

/** Starts one, unless one is running. */
export function startBurst(draft: Draft, plan: BurstPlan): void {
  if (burst.peek()?.state === 'running') return
  stop = new AbortController()
  const world = {
    publish: (body: string) => request<BurstAnswer>('POST', 'publish', body),
    now: () => performance.now(),
    wait: (delayMs: number) => new Promise<void>(resolve => setTimeout(resolve, Math.max(10, delayMs))),
    onProgress: (next: Burst) => {
      burst.value = next
    },
  }
  void runBurst(draft.channel, plan, number => publishBody(numbered(draft, number)), world, stop.signal)
}

export function cancelBurst(): void {
  stop.abort()
}
