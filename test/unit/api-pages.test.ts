// Proves how pages are served: the dashboard with its fallback, the examples without their programs, strict headers.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { registerPages } from '../../gateway/admin/pages.ts'
import { startApi } from './api-fixture.ts'

const FILES = {
  'dist/index.html': '<!doctype html>the dashboard',
  'dist/logo.svg': '<svg/>',
  'dist/assets/index-B4cK9xQz.js': 'let x',
  'examples/index.html': '<!doctype html>the example',
  'examples/page.js': 'let y',
  'examples/php/publish.php': '<?php',
  'secret.html': 'outside',
}

async function startPages(folders = { dashboard: 'dist', examples: 'examples' }): Promise<FastifyInstance> {
  const app = Fastify()
  onTestFinished(() => app.close())
  await addPages(app, folders)
  return app
}

async function addPages(
  app: FastifyInstance,
  folders = { dashboard: 'dist', examples: 'examples' },
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'twinwire-pages-'))
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  onTestFinished(() => rm(root, { recursive: true }))
  await registerPages(app, {
    dashboard: join(root, folders.dashboard),
    examples: join(root, folders.examples),
    subPath: '/realtime',
  })
}

const BROWSER = { accept: 'text/html,application/xhtml+xml' }

describe('the dashboard', () => {
  test.each([['/'], ['/connections'], ['/channels/room.42?tab=live']])('is served at %s', async url => {
    const app = await startPages()
    const page = await app.inject({ url, headers: BROWSER })
    expect([page.statusCode, page.body]).toEqual([200, FILES['dist/index.html']])
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  test('is under a sub-path, not beside it', async () => {
    const app = await startPages()
    const page = await app.inject({ url: '/realtime', headers: BROWSER })
    expect([page.statusCode, page.headers.location]).toEqual([301, '/realtime/'])
  })

  test('has assets that are cached for ever when their name holds a hash, else asked for again', async () => {
    const app = await startPages()
    const asset = await app.inject('/assets/index-B4cK9xQz.js')
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await app.inject('/logo.svg')).headers['cache-control']).toBe('no-cache')
  })

  test.each([
    ['GET', '/assets/gone.js', BROWSER],
    ['GET', '/nothing', {}],
    ['POST', '/', BROWSER],
    ['GET', '/examples/gone', BROWSER],
    ['GET', '/%2e%2e/secret.html', {}],
    ['GET', '/assets/..%2f..%2fsecret.html', {}],
  ] as const)('%s %s is a 404 problem', async (method, url, headers) => {
    const app = await startPages()
    const answer = await app.inject({ method, url, headers })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
  })

  test('that is not built says how to build it', async () => {
    const app = await startPages({ dashboard: 'missing', examples: 'missing' })
    for (const url of ['/', '/connections']) {
      const page = await app.inject({ url, headers: BROWSER })
      expect([page.statusCode, page.body.includes('npm run build')]).toEqual([200, true])
      expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    }
  })
})

test('the examples are pages and what they load; programs are not served', async () => {
  for (const dashboard of ['dist', 'missing']) {
    const app = await startPages({ dashboard, examples: 'examples' })
    expect((await app.inject({ url: '/examples/', headers: BROWSER })).body).toContain('the example')
    expect((await app.inject('/examples/page.js')).statusCode).toBe(200)
    expect((await app.inject('/examples/php/publish.php')).statusCode).toBe(404)
    const bare = await app.inject('/examples')
    expect([bare.statusCode, bare.headers.location]).toEqual([301, 'examples/'])
  }
})

test.each(['GET', 'HEAD', 'POST'] as const)(
  'a browser that asks for %s of an unknown path of the API is told so, and gets no page',
  async method => {
    const { app } = await startApi()
    await addPages(app)
    const answer = await app.inject({ method, url: '/api/nothing?x=1', headers: BROWSER })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
    if (method !== 'HEAD') expect(answer.json().detail).toContain('/api/openapi.json lists what there is')
  },
)
