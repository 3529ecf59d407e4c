// The channels of the torture: what each keeps, how much is published there, and the rules that tell the gateway. Knows no
// traffic.

export interface Keeps {
  readonly messages: number
  readonly ageMs: number
  /** Bytes of content. */
  readonly bytes: number
}

export interface ChannelPlan {
  readonly name: string
  /** `null`: no history (rule C4). */
  readonly keeps: Keeps | null
  /** How often a publisher picks it, against the others. */
  readonly weight: number
  /** How large the padding of a message may be. */
  readonly padBytes: number
  /** Whether some of its messages have a ttl. */
  readonly hasTtl: boolean
}

const HOUR_MS = 3_600_000
/** More than is published while a reader is away. */
const wide: Keeps = { messages: 20_000, ageMs: HOUR_MS, bytes: Number.POSITIVE_INFINITY }
const plan = (name: string, keeps: Keeps | null, weight: number, more: Partial<ChannelPlan> = {}) => ({
  name,
  keeps,
  weight,
  padBytes: 200,
  hasTtl: false,
  ...more,
})

/** Wide ones carry the crowd; the others lose messages to each kind of retention, so that readers meet gaps. */
export const PLANS: readonly ChannelPlan[] = [
  plan('wide:a', wide, 6),
  plan('wide:b', wide, 6),
  plan('wide:c', wide, 4),
  plan('ttl:a', wide, 2, { hasTtl: true }),
  plan('few:a', { ...wide, messages: 12 }, 2),
  plan('few:b', { ...wide, messages: 60 }, 2),
  plan('bytes:a', { ...wide, bytes: 16 * 1024 }, 2, { padBytes: 1500 }),
  plan('brief:a', { ...wide, ageMs: 2000 }, 1),
  plan('big:a', { ...wide, messages: 10 }, 1, { padBytes: 40_000 }),
  plan('none:a', null, 0),
]

export const UNSTORED = PLANS.filter(({ keeps }) => keeps === null).map(({ name }) => name)
export const STORED = PLANS.filter(({ keeps }) => keeps !== null)

/** The same as channel rules of a configuration. */
export function rulesOf(plans: readonly ChannelPlan[]): object[] {
  return plans.map(({ name, keeps }) => ({
    match: name,
    subscribe: 'anyone',
    publish: 'nobody',
    history: keeps !== null && {
      messages: keeps.messages,
      age: keeps.ageMs,
      ...(Number.isFinite(keeps.bytes) && { bytes: keeps.bytes }),
    },
  }))
}
