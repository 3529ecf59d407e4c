// Takes secrets out of URLs before they reach a log. Knows no logger.

const SECRET_NAMES = new Set(['token', 'access_token'])

/** The URL with the values of its token parameters masked, however their names are encoded. */
export function redactUrl(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return url
  const pairs = url.slice(start + 1).split('&')
  return `${url.slice(0, start)}?${pairs.map(redactPair).join('&')}`
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=')
  if (equals < 0) return pair
  const name = new URLSearchParams(pair).keys().next().value ?? ''
  return SECRET_NAMES.has(name.toLowerCase()) ? `${pair.slice(0, equals)}=***` : pair
}
