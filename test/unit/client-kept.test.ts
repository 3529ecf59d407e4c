// What a client keeps over a reload: cursors, never more than was given. A storage of the test's own; scripted gateway.

import { expect, test } from 'vitest'
import { KeptCursors } from '../../clients/js/kept.ts'
import { createQueue, startGateway } from './client-scripted-gateway.ts'
import { message, start, subscribed, WELCOME } from './client-started.ts'

function createStorage() {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
  }
}

test('[R2] the next visit goes on after the last message of this one, by channel', async () => {
  const gateway = await startGateway()
  const storage = createStorage()
  const first = start(gateway.url, { transport: 'websocket', keepCursor: storage })
  const seen = createQueue<unknown>()
  for (const channel of ['a', 'b']) first.client.subscribe(channel, {}, each => seen.push(each.data))
  const peer = await gateway.peers.next()
  peer.send(WELCOME, subscribed('a', 'e-1'), subscribed('b', 'e-1'), message('a', 2))
  await seen.next()
  first.client.close()

  const second = start(gateway.url, { transport: 'websocket', keepCursor: storage })
  second.client.subscribe('a', { history: 10 })
  expect((await gateway.peers.next()).query.get('since')).toBe('e-2')
  second.client.close()
  // Channels that a visit did not come to stay where they were.
  const third = start(gateway.url, { transport: 'websocket', keepCursor: storage })
  third.client.subscribe('b')
  expect((await gateway.peers.next()).query.get('since')).toBe('e-2')
})

test('a storage that is full, forbidden or holds nonsense is as good as none', () => {
  const forbidden = {
    getItem: () => {
      throw new Error('no')
    },
    setItem: () => {
      throw new Error('no')
    },
  }
  const url = new URL('http://gateway')
  const kept = new KeptCursors(forbidden, url, () => ({ a: 'e-1' }))
  expect(kept.take('a')).toBeUndefined()
  kept.close()
  const nonsense = new KeptCursors({ ...createStorage(), getItem: () => '{"a":' }, url, () => ({}))
  expect(nonsense.take('a')).toBeUndefined()
  nonsense.close()
})

test('within a visit, who comes back to a channel begins anew', () => {
  const storage = createStorage()
  const url = new URL('http://gateway')
  storage.setItem(`twinwire:cursors:${url.href}`, '{"a":"e-5"}')
  const kept = new KeptCursors(storage, url, () => ({}))
  expect(kept.take('a')).toBe('e-5')
  expect(kept.take('a')).toBeUndefined()
  expect(kept.take('constructor')).toBeUndefined()
  kept.close()
})
