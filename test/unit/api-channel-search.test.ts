// Proves the search through channels over HTTP: any part of the name, every order, in windows.

import { expect, test } from 'vitest'
import { startApi } from './api-fixture.ts'

test('channels are searched by a part of the name, sorted, and counted', async () => {
  const api = await startApi()
  for (const [channel, count] of [
    ['public:b', 1],
    ['public:z', 3],
    ['Orders:LIVE', 2],
  ] as const)
    await api.call('POST', '/api/publish', {
      body: Array.from({ length: count }, (_, index) => ({ channel, data: index })),
    })
  const search = async (query: string) => {
    const { channels, total } = (await api.call('GET', `/api/channels?${query}`)).json()
    return { names: channels.map(({ name }: { name: string }) => name), total }
  }
  expect(await search('text=live')).toEqual({ names: ['Orders:LIVE', 'public:live'], total: 2 })
  expect(await search('text=live&prefix=public:')).toEqual({ names: ['public:live'], total: 1 })
  expect(await search('sort=-messages&limit=2')).toEqual({ names: ['public:z', 'Orders:LIVE'], total: 4 })
  expect(await search('sort=-messages&limit=2&offset=2')).toEqual({
    names: ['public:b', 'public:live'],
    total: 4,
  })
  expect((await search('sort=-subscribers')).names).toEqual([
    'public:live',
    'Orders:LIVE',
    'public:b',
    'public:z',
  ])
  expect((await search('sort=-name')).names[0]).toBe('public:z')
  expect((await search('sort=last')).names[0]).toBe('public:live')
})

test.each([
  ['sort=size', /"sort" must be one of name, -name/],
  ['offset=-1', /"offset"/],
  ['sort=last&after=a', /use "offset"/],
])('a search refuses ?%s with a sentence', async (query, sentence) => {
  const { call } = await startApi()
  const answer = await call('GET', `/api/channels?${query}`)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().detail).toMatch(sentence)
})
