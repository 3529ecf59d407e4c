// Figures and times as an operator reads them. Pure; the same width for the same size wherever possible.

const COUNT = new Intl.NumberFormat('en-US')
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const INSTANT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

export function formatCount(value: number): string {
  return COUNT.format(Math.round(value))
}

/** `1.2K`, `48.1M`: for axes and narrow places. */
export function formatCompact(value: number): string {
  return COMPACT.format(value)
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`
}

/** `512M`, `1.5G`: without what an axis has no room for. */
export function formatCompactBytes(bytes: number): string {
  const [value = '', unit = ''] = formatBytes(bytes).split(' ')
  return bytes === 0 ? '0' : `${Number(value)}${unit.slice(0, 1)}`
}

/** Small rates with a digit more, so that a message now and then is seen. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? Number(perSecond.toFixed(2)) : formatCount(perSecond)}/s`
}

export function formatMilliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${formatCount(ms)} ms`
}

/** The two largest units: `3 d 5 h`, `4 min 10 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** The largest unit alone: `3 d`, `4 min`. */
export function formatAge(ms: number): string {
  return formatDuration(ms).split(' ').slice(0, 2).join(' ')
}

/** Local wall-clock time, `10:22:31`. */
export function formatClock(time: number): string {
  return CLOCK.format(time)
}

/** Local time of day, `10:22`. */
export function formatMinute(time: number): string {
  return formatClock(time).slice(0, 5)
}

/** Time of day when it is today's, with the date otherwise. */
export function formatMoment(time: number, now: number): string {
  return new Date(time).toDateString() === new Date(now).toDateString() ? formatClock(time) : DAY.format(time)
}

/** As a field for date and time holds it: local, to the second. */
export function formatFieldTime(time: number): string {
  const offsetMs = new Date(time).getTimezoneOffset() * 60_000
  // Of an address that was typed wrong nothing is shown.
  return Number.isNaN(offsetMs) ? '' : new Date(time - offsetMs).toISOString().slice(0, 19)
}

/** The full date and time with the zone, for who hovers. */
export function formatInstant(time: number): string {
  return INSTANT.format(time)
}

/** `0`, `0.4`, `128`. */
export function formatPace(perSecond: number): string {
  return perSecond === 0 || perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1)
}

export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
