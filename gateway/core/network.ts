// The network that an address is counted under. Pure; knows no limits.

/**
 * An IPv4 address is one customer; of IPv6 a customer has at least a /64 and can come from any address in it, so a limit
 * for one address would be none. An IPv4 address in IPv6 notation is what it is in IPv4. A peer that has hung up meanwhile
 * has no address any more, whatever the types say.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return ''
  const plain = withoutPort(address)
  if (!plain.includes(':')) return plain
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(plain)
  if (mapped) return mapped[1]!
  return `${groupsOf(plain.split('%', 1)[0]!)
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`
}

/** Some proxies write the port of each connection behind an address: a limit for that would be none. */
export function withoutPort(address: string): string {
  // Nearly all, several times for each connection.
  if (!address.includes(':') && !address.startsWith('[')) return address
  return address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
}

/** The eight groups, `::` written out. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  if (tail === undefined) return first
  const last = tail === '' ? [] : tail.split(':')
  const zeros = Math.max(0, 8 - first.length - last.length)
  return [...first, ...Array<string>(zeros).fill('0'), ...last]
}
