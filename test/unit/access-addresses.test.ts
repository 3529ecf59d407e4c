// Addresses: lists that let in or keep out, proxies that are believed, networks that are counted, a proxy nobody named.

import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createAddressCheck, createProxyTrust } from '../../gateway/access/address-lists.ts'
import { createProxyHint } from '../../gateway/access/proxy-hint.ts'
import { networkOf } from '../../gateway/core/network.ts'

const MIXED = { allow: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'], deny: ['10.9.0.0/16'] }

test.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['10.9.2.3', false],
  ['::ffff:10.9.2.3', false],
  ['192.0.2.7', true],
  ['192.0.2.8', false],
  ['2001:db8::1', true],
  ['[2001:db8::1]:4711', true],
  ['2001:db9::1', false],
  ['10.1.2.3:55555', true],
  ['127.0.0.1', false],
  ['unknown', false],
  ['', false],
  [undefined, false],
])('[W6] of allowed and denied networks, %s may come in: %s', (address, expected) => {
  expect(createAddressCheck(MIXED, 'access.api')(address) === null).toBe(expected)
})

test('[W6] only what is denied stays out where nothing is allowed by name, and no lists let all in', () => {
  const check = createAddressCheck({ allow: [], deny: ['192.0.2.0/24'] }, 'access.streams')
  expect(check('198.51.100.1')).toBeNull()
  expect(check('192.0.2.200')).toEqual({
    code: 'forbidden',
    message: 'The address 192.0.2.200 may not come in: take it out of access.streams.deny.',
  })
  expect(createAddressCheck({ allow: [], deny: [] }, 'access.api')('unknown')).toBeNull()
})

test('a proxy is believed when it connects, or when it stands in the list; nobody by default', () => {
  expect(createProxyTrust(false)).toBe(false)
  const nearest = createProxyTrust(true) as (address: string, distance: number) => boolean
  expect([nearest('192.0.2.1', 0), nearest('192.0.2.1', 1)]).toEqual([true, false])
  const listed = createProxyTrust(['10.0.0.0/8', '::1']) as (address: string, distance: number) => boolean
  expect(['10.1.1.1', '::ffff:10.1.1.1', '::1', '192.0.2.1', 'unknown'].map(it => listed(it, 0))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})

test.each([
  [false, '127.0.0.1'],
  [true, '10.1.1.1'],
  [['127.0.0.1'], '10.1.1.1'],
  [['127.0.0.1', '10.0.0.0/8'], '192.0.2.1'],
  [['192.0.2.99'], '127.0.0.1'],
])(
  '[S5] what stands left of the proxies in X-Forwarded-For forges nothing: %j',
  async (trusted, expected) => {
    const app = Fastify({ trustProxy: createProxyTrust(trusted) })
    onTestFinished(() => app.close())
    app.get('/', async request => request.ip)
    const headers = { 'x-forwarded-for': '203.0.113.9, 192.0.2.1, 10.1.1.1' }
    expect((await app.inject({ url: '/', headers, remoteAddress: '127.0.0.1' })).body).toBe(expected)
  },
)

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:0DB8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['192.0.2.1:50123', '192.0.2.1'],
  ['[2001:db8::1]:50123', '2001:db8:0:0::/64'],
  [undefined, ''],
])('[S5] %s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

function hintWith(size: number, from: number, trustProxy: boolean | string[] = false) {
  const told: string[] = []
  const hint = createProxyHint({
    connections: { size, countFrom: () => from },
    trustProxy,
    warn: message => told.push(message),
  })
  return { hint, told }
}

test('fifty connections of one address are told once, with the key to set', () => {
  const { hint, told } = hintWith(50, 50)
  hint({ ip: '10.0.0.5', headers: {} })
  hint({ ip: '10.0.0.5', headers: {} })
  expect(told).toEqual([expect.stringContaining('set trustProxy: ["10.0.0.5"]')])
})

test('on this machine only what a proxy has written is a sign of one', () => {
  const { hint, told } = hintWith(50, 50)
  hint({ ip: '127.0.0.1', headers: {} })
  expect(told).toEqual([])
  hint({ ip: '127.0.0.1', headers: { 'x-forwarded-for': '192.0.2.1' } })
  expect(told).toHaveLength(1)
})

test.each([
  ['few connections', 49, 49, false],
  ['several addresses', 60, 59, false],
  ['a proxy that is known', 60, 60, true],
] as const)('%s are no sign', (_, size, from, trustProxy) => {
  const { hint, told } = hintWith(size, from, trustProxy)
  hint({ ip: '10.0.0.5', headers: { 'x-forwarded-for': '192.0.2.1' } })
  expect(told).toEqual([])
})
