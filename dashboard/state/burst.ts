// Sends one message many times at a rate: a bounded test broadcast. Knows no page and no clock of its own.

export const MAX_BURST = 10_000
export const MAX_RATE = 500

/** What one request carries: so many messages, or so much text. */
const MAX_BATCH = 100
const MAX_BATCH_TEXT = 1024 * 1024

export interface BurstPlan {
  readonly count: number
  /** Messages a second. */
  readonly perSecond: number
}

export interface Burst {
  readonly state: 'running' | 'done' | 'cancelled' | 'failed'
  readonly channel: string
  readonly plan: BurstPlan
  /** Committed. */
  readonly sent: number
  /** Of the last message sent. */
  readonly subscribers: number
  readonly tookMs: number
  readonly slowestMs: number
  readonly problem: string
}

/** What `POST /api/publish` answers to an array. */
export interface BurstAnswer {
  readonly results: readonly ({ readonly subscribers: number } | { readonly error: { message: string } })[]
}

export interface BurstWorld {
  readonly publish: (body: string) => Promise<BurstAnswer>
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly wait: (delayMs: number) => Promise<void>
  readonly onProgress: (burst: Burst) => void
}

/** What is wrong with a plan as it was typed, or null. */
export function planFault(count: string, perSecond: string): string | null {
  if (!isWhole(count, MAX_BURST)) return `Between 1 and ${MAX_BURST} messages, in digits.`
  return isWhole(perSecond, MAX_RATE) ? null : `Between 1 and ${MAX_RATE} a second, in digits.`
}

function isWhole(text: string, max: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= max
}

/**
 * Sends `bodyOf(1)` … `bodyOf(count)`, each the JSON of one message. Stops at the first refusal, or when the signal says so;
 * what is under way then is still sent. Never rejects.
 */
export async function runBurst(
  channel: string,
  plan: BurstPlan,
  bodyOf: (number: number) => string,
  world: BurstWorld,
  signal: AbortSignal,
): Promise<Burst> {
  const start = world.now()
  const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(MAX_BATCH_TEXT / bodyOf(1).length)))
  let burst: Burst = {
    state: 'running',
    channel,
    plan,
    sent: 0,
    subscribers: 0,
    tookMs: 0,
    slowestMs: 0,
    problem: '',
  }
  const advance = (change: Partial<Burst>): void => {
    burst = { ...burst, ...change, tookMs: world.now() - start }
    world.onProgress(burst)
  }
  advance({})
  while (burst.state === 'running') {
    if (signal.aborted) advance({ state: 'cancelled' })
    else if (burst.sent === plan.count) advance({ state: 'done' })
    else {
      const due = Math.floor(((world.now() - start) * plan.perSecond) / 1000) + 1
      const next = Math.min(due, plan.count) - burst.sent
      if (next > 0) advance(await sendBatch(burst, Math.min(next, batch), bodyOf, world))
      else await world.wait((burst.sent * 1000) / plan.perSecond - (world.now() - start))
    }
  }
  return burst
}

async function sendBatch(
  { sent, slowestMs, subscribers }: Burst,
  size: number,
  bodyOf: (number: number) => string,
  { publish, now }: BurstWorld,
): Promise<Partial<Burst>> {
  const bodies = Array.from({ length: size }, (_, index) => bodyOf(sent + index + 1))
  const start = now()
  try {
    const { results } = await publish(`[${bodies.join(',')}]`)
    const refused = results.find(result => 'error' in result)
    const done = results.filter(result => 'subscribers' in result)
    return {
      sent: sent + done.length,
      subscribers: done.at(-1)?.subscribers ?? subscribers,
      slowestMs: Math.max(slowestMs, now() - start),
      ...(refused ? { state: 'failed', problem: refused.error.message } : {}),
    }
  } catch (error) {
    return { state: 'failed', problem: error instanceof Error ? error.message : String(error) }
  }
}
