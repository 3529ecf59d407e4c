// What a connection asks for in its URL, as browsers and people write it.

import { expect, test } from 'vitest'
import { queryOf, readConnectQuery } from '../../gateway/transports/connect-query.ts'

const NOTHING = { channels: [], since: undefined, history: undefined, sender: undefined }

test.each<[string, object]>([
  ['/ws', {}],
  ['/ws?', {}],
  ['/ws?channels=', {}],
  ['/ws?channels=a', { channels: ['a'] }],
  ['/ws?channels=a,b&channels=c,a', { channels: ['a', 'b', 'c'] }],
  ['/ws?channels=,a,,b,', { channels: ['a', 'b'] }],
  ['/ws?channels=a%2Cb', { channels: ['a', 'b'] }],
  ['/ws?channels=room:1/%40x%26%3D%2B', { channels: ['room:1/@x&=+'] }],
  ['/ws?channels=what?', { channels: ['what?'] }],
  ['/ws?channels=a?b,c', { channels: ['a?b', 'c'] }],
  ['/ws?channels=a=b', { channels: ['a=b'] }],
  ['/ws?channels=%E2%82%AC', { channels: ['€'] }],
  ['/ws?channels=a&since=k3f9x2ab-7', { channels: ['a'], since: 'k3f9x2ab-7' }],
  ['/ws?since=&sender=&history=', {}],
  ['/ws?history=0', { history: 0 }],
  ['/ws?history=100', { history: 100 }],
  ['/ws?history=9999999999', { history: 9_999_999_999 }],
  [`/ws?sender=${'x'.repeat(200)}`, { sender: 'x'.repeat(200) }],
  ['/ws?token=abc', {}],
])('[W1] %s', (url, asked) => {
  expect(readConnectQuery(queryOf(url))).toEqual({ ...NOTHING, ...asked })
})

test.each([
  ['/ws?channel=a', '"channel"'],
  ['/ws?channels=a&__proto__=1', '"__proto__"'],
  ['/ws?history=-1', '"history"'],
  ['/ws?history=1.5', '"history"'],
  ['/ws?history=1e3', '"history"'],
  [`/ws?sender=${'x'.repeat(201)}`, '"sender"'],
])('[W1] %s is refused, naming %s', (url, named) => {
  const refused = readConnectQuery(queryOf(url))
  expect(refused).toMatchObject({ code: 'bad_request' })
  expect('message' in refused && refused.message).toContain(named)
})

test('a request without a URL asks for nothing', () => {
  expect(readConnectQuery(queryOf(undefined))).toEqual(NOTHING)
})
