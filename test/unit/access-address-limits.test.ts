// Limits for one address: connections held, connections a second; loopback is exempt.

import { expect, test } from 'vitest'
import { AddressLimits } from '../../gateway/access/address-limits.ts'
import { createCounters } from '../../gateway/core/counters.ts'

const limits = () =>
  new AddressLimits({ connectionsPerAddress: 3, connectRatePerAddress: 10 }, createCounters())

test('[S5] an address that holds its limit is turned away, with the key to set', () => {
  expect(limits().turnAway('192.0.2.1', 2, 0)).toBeNull()
  expect(limits().turnAway('192.0.2.1', 3, 0)).toMatchObject({
    code: 'rate_limited',
    message: expect.stringContaining('limits.connectionsPerAddress'),
  })
})

test('[S5] connections may burst, then come at the rate; another address has its own', () => {
  const addresses = limits()
  const refused = Array.from({ length: 30 }, () => addresses.turnAway('192.0.2.1', 0, 0)).filter(away => away)
  expect(refused).toHaveLength(10)
  expect(refused[0]).toMatchObject({ code: 'rate_limited', afterMs: 100 })
  expect(addresses.turnAway('192.0.2.2', 0, 0)).toBeNull()
  expect(addresses.turnAway('192.0.2.1', 0, 99)).not.toBeNull()
  expect(addresses.turnAway('192.0.2.1', 0, 200)).toBeNull()
})

test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('[S5] %s is not limited', address => {
  const addresses = limits()
  for (let count = 0; count < 100; count += 1) expect(addresses.turnAway(address, 1000, 0)).toBeNull()
})

test('addresses without end are forgotten, those at work are not', () => {
  const addresses = limits()
  for (let count = 0; count < 20; count += 1) addresses.turnAway('192.0.2.1', 0, 0)
  for (let number = 0; number < 11_000; number += 1)
    addresses.turnAway(`10.0.${number >> 8}.${number & 255}`, 0, 1)
  expect(addresses.turnAway('192.0.2.1', 0, 2)).not.toBeNull()
})

test('[S5] a customer with a network of IPv6 has one rate, and is counted for each limit that it meets', () => {
  const counters = createCounters()
  const addresses = new AddressLimits({ connectionsPerAddress: 3, connectRatePerAddress: 10 }, counters)
  const come = (host: number) => addresses.turnAway(`2001:db8::${host.toString(16)}`, 0, 0)
  expect(Array.from({ length: 30 }, (_, host) => come(host)).filter(away => away)).toHaveLength(10)
  expect(addresses.turnAway('2001:db8:0:1::1', 0, 0)).toBeNull()
  addresses.turnAway('2001:db8:0:1::1', 3, 0)
  expect(counters.limited).toEqual({ connectRatePerAddress: 10, connectionsPerAddress: 1 })
})
