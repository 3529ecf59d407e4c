// Lists of addresses and networks: who may use something at all, and which proxies are believed. Knows no requests.

import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import type { Failure } from '../../shared/codes.ts'
import type { AddressRules } from '../config/config.ts'
import { withoutPort } from '../core/network.ts'

/** Why an address may not use something; null: it may. */
export type AddressCheck = (address: string | undefined) => Failure | null

/** `at`: the key of the configuration that holds the lists, for the sentence. */
export function createAddressCheck({ allow, deny }: AddressRules, at: string): AddressCheck {
  if (allow.length === 0 && deny.length === 0) return () => null
  const [allowed, denied] = [listOf(allow), listOf(deny)]
  // A peer that has hung up meanwhile has no address any more.
  return (address = '') => {
    const plain = plainAddress(address)
    // What is no address (a proxy may write "unknown") is on no list, so nobody knows that it may.
    if (plain === null || contains(denied, plain)) return refusal(address, `${at}.deny`, 'take it out of')
    if (allow.length === 0 || contains(allowed, plain)) return null
    return refusal(address, `${at}.allow`, 'add it to')
  }
}

/**
 * Whether the peer at a distance (0: the one that connects) is a proxy whose X-Forwarded-For is believed. `true` believes
 * only the one that connects: it has added the address that it saw at the end, and what stands before may be anybody's.
 */
export function createProxyTrust(
  trustProxy: boolean | readonly string[],
): false | ((address: string, distance: number) => boolean) {
  if (trustProxy === false) return false
  if (trustProxy === true) return (_address, distance) => distance === 0
  const proxies = listOf(trustProxy)
  return address => {
    const plain = plainAddress(address)
    return plain !== null && contains(proxies, plain)
  }
}

/** The address of a request's peer, or of the client that a trusted proxy names in X-Forwarded-For. */
export function createAddressOf(
  trust: ReturnType<typeof createProxyTrust>,
): (request: { readonly socket: Socket; readonly headers: IncomingHttpHeaders }) => string {
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress ?? ''
    const forwarded = headers['x-forwarded-for']
    if (trust === false || forwarded === undefined) return peer
    // Each proxy adds the address it was asked from at the end.
    const named = String(forwarded).split(',').reverse()
    const hops = [peer, ...named.map(address => address.trim()).filter(address => address !== '')]
    const client = hops.findIndex((address, distance) => !trust(address, distance))
    return hops.at(client)!
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

/** Finds an IPv4 address also where it is written in IPv6 notation. */
function contains(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

/** Without the zone of a local link and without a port; `null` for what is no address. */
function plainAddress(text: string): string | null {
  const address = withoutPort(text).replace(/%.*$/, '')
  return isIP(address) === 0 ? null : address
}

function refusal(address: string, key: string, remedy: string): Failure {
  const shown = address.slice(0, 60)
  return { code: 'forbidden', message: `The address ${shown} may not come in: ${remedy} ${key}.` }
}
