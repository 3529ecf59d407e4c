// What holds for every answer: headers, and pages that only pretend to be the gateway's own (DNS rebinding).

import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { type HardeningConfig, harden } from '../../gateway/api/hardening.ts'
import { createRewrite, subPath } from '../../gateway/api/sub-path.ts'

function start(config: Partial<HardeningConfig>) {
  const complaints: string[] = []
  const app = Fastify()
  onTestFinished(() => app.close())
  const whole = { host: '127.0.0.1', origins: [], publicUrl: undefined, tls: undefined, ...config }
  harden(app, whole, message => complaints.push(message))
  app.get('/', async () => 'here')
  const status = async (host: string, origin?: string) => {
    const answer = await app.inject({ url: '/', headers: { host, ...(origin !== undefined && { origin }) } })
    return answer.statusCode
  }
  return { app, complaints, status }
}

test.each([
  ['evil.example:8080', 'http://evil.example:8080', 403],
  ['localhost.evil.example', 'http://localhost.evil.example', 403],
  ['127.0.0.1.evil.example', 'http://127.0.0.1.evil.example', 403],
  ['evil.example', 'null', 403],
  ['evil.example:8080', undefined, 200],
  ['gateway:8080', undefined, 200],
  ['localhost:8080', 'http://localhost:8080', 200],
  ['twinwire.localhost', 'http://twinwire.localhost', 200],
  ['127.8.9.1', 'http://127.8.9.1', 200],
  ['[::1]:8080', 'http://[::1]:8080', 200],
])('[W6] on loopback, host %s with origin %s is answered %i', async (host, origin, expected) => {
  const { status } = start({})
  expect(await status(host, origin)).toBe(expected)
})

test('[W6] the refusal names publicUrl, and the log hears of it', async () => {
  const { app, complaints } = start({})
  const headers = { host: 'rt.example.org', origin: 'https://rt.example.org' }
  const answer = await app.inject({ url: '/', headers })
  expect(answer.json()).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('set publicUrl') })
  expect(complaints).toEqual([answer.json().detail])
})

test.each([
  [{ publicUrl: 'https://rt.example.org/x' }],
  [{ origins: ['https://rt.example.org'] }],
  [{ origins: ['*'] }],
  [{ host: '0.0.0.0' }],
])('[W6] with %j a proxy may keep the name that people use', async config => {
  const { status } = start(config)
  expect(await status('rt.example.org', 'https://rt.example.org')).toBe(200)
})

test('[W6] publicUrl opens the gateway to its own pages, not to those of another name', async () => {
  const { status } = start({ publicUrl: 'https://rt.example.org' })
  expect(await status('evil.example', 'http://evil.example')).toBe(403)
})

test('[H3] nothing is sniffed, and https is told to stay only by who serves it', async () => {
  const plain = (await start({}).app.inject('/')).headers
  expect([plain['x-content-type-options'], plain['strict-transport-security']]).toEqual([
    'nosniff',
    undefined,
  ])
  const tls = (await start({ tls: { cert: 'c', key: 'k' } }).app.inject('/')).headers
  expect(tls['strict-transport-security']).toBe('max-age=15552000')
})

test('a sub-path is taken off where the proxy left it on', () => {
  const rewrite = createRewrite('https://example.org/realtime')
  const urls = ['/realtime/api/stats', '/realtime/', '/realtimes', '/api/stats', '/realtime/realtime/x?y=1']
  expect(urls.map(url => rewrite({ url } as never))).toEqual([
    '/api/stats',
    '/',
    '/realtimes',
    '/api/stats',
    '/realtime/x?y=1',
  ])
  expect(createRewrite(undefined)({ url: '//x' } as never)).toBe('//x')
  expect([subPath(undefined), subPath('https://a.example'), subPath('https://a.example/b/c')]).toEqual([
    '',
    '',
    '/b/c',
  ])
})
