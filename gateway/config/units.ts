// Durations and sizes as people write them: `250ms 10s 5m 24h 7d`, `64KiB 1MiB 2GiB`, or plain numbers. Knows no keys.

const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZE_UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Milliseconds, or `null` for what is no duration. A number without a unit counts milliseconds. */
export function parseDuration(value: unknown): number | null {
  return parse(value, DURATION_UNITS)
}

/** Bytes, or `null` for what is no size. A number without a unit counts bytes. */
export function parseSize(value: unknown): number | null {
  return parse(value, SIZE_UNITS)
}

function parse(value: unknown, units: Record<string, number>): number | null {
  if (typeof value === 'number') return whole(value)
  if (typeof value !== 'string') return null
  const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(value)
  if (!match) return null
  const [, digits, unit] = match
  if (unit !== '' && !Object.hasOwn(units, unit!)) return null
  return whole(Number(digits) * (units[unit!] ?? 1))
}

function whole(value: number): number | null {
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** A duration in its largest whole unit, as the configuration would write it. */
export function formatDuration(ms: number): string {
  return format(ms, DURATION_UNITS, 'ms')
}

/** A size in its largest whole unit, as the configuration would write it. */
export function formatSize(bytes: number): string {
  return format(bytes, SIZE_UNITS, '')
}

function format(value: number, units: Record<string, number>, smallest: string): string {
  let text = `${value}${smallest}`
  for (const [unit, factor] of Object.entries(units)) {
    if (value >= factor && value % factor === 0) text = `${value / factor}${unit}`
  }
  return text
}
