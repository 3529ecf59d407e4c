// HTTPS and WSS without a proxy: both transports, the certificate that changes while they run, and files that do not fit.

import { rename, writeFile } from 'node:fs/promises'
import { get, request } from 'node:https'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { makeCertificate } from '../harness/certificate.ts'
import { poll, within } from '../harness/deadline.ts'
import {
  type Gateway,
  makeFolder,
  PASSWORD,
  run,
  startGateway,
  testConfig,
  untilEnd,
} from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'

async function startWithTls(
  t: Scope,
): Promise<{ gateway: Gateway; folder: string; tls: { cert: string; key: string } }> {
  const folder = await makeFolder(t)
  const tls = await makeCertificate(folder, 'first')
  return { gateway: await startGateway(t, { config: { tls } }), folder, tls }
}

/** The name in the certificate that is served now, and the version spoken. */
async function handshake(
  port: number,
  options: object = {},
): Promise<{ name: string; version: string | null }> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', () => resolve()).once('error', reject)
    })
    return { name: String(socket.getPeerCertificate().subject.CN), version: socket.getProtocol() }
  } finally {
    socket.destroy()
  }
}

interface Response {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

function fetchInsecurely(url: string, options: { method?: string; headers?: object; body?: string } = {}) {
  const { body, method = 'GET', headers = {} } = options
  const answered = new Promise<Response>((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...headers }, rejectUnauthorized: false, agent: false },
      async response => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve({ status: response.statusCode!, headers: response.headers, text })
      },
    )
    sent.on('error', reject).end(body)
  })
  return within(answered, `an answer of ${url}`)
}

test('[W1] [S2] https and wss: pages, API, both transports, and large messages to a slow reader', async t => {
  const { gateway } = await startWithTls(t)
  expect(gateway.stdout).toMatch(/^Twinwire is listening on https:\/\/127\.0\.0\.1:\d+$/m)
  expect((await fetchInsecurely(`${gateway.url}/healthz`)).status).toBe(200)

  const socket = new WebSocket(`${gateway.url.replace('https', 'wss')}/ws?channels=public:tls`, {
    rejectUnauthorized: false,
  })
  t.onTestFinished(() => socket.terminate())
  const frames: { type: string; data?: string }[] = []
  socket.on('message', text => frames.push(JSON.parse(String(text))))
  const stream = get(`${gateway.url}/sse?channels=public:tls`, { rejectUnauthorized: false, agent: false })
  t.onTestFinished(() => void stream.destroy())
  let events = ''
  stream.on('response', response => {
    response.setEncoding('utf8').on('data', text => {
      events += text
    })
  })
  const live = async () =>
    frames.some(({ type }) => type === 'live') && events.includes('event: live') ? true : null
  await poll(live, 'both streams to be live')
  socket.pause()
  const headers = { Authorization: `Bearer ${gateway.apiKey}` }
  const publish = (data: string) =>
    fetchInsecurely(`${gateway.url}/api/publish`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ channel: 'public:tls', data }),
    })
  // More than the buffers of the loopback hold, so that writes have to wait.
  const count = 200
  for (let index = 0; index < count; index += 1) {
    expect((await publish(`${index}:${'x'.repeat(60_000)}`)).status).toBe(200)
  }
  socket.resume()
  const messages = () =>
    frames.filter(({ type }) => type === 'message').map(({ data }) => Number.parseInt(data!, 10))
  const all = Array.from({ length: count }, (_, index) => index)
  await poll(async () => (messages().length >= count ? true : null), 'every message on the WebSocket')
  expect(messages()).toEqual(all)
  await poll(
    async () => (events.includes(`"data":"${count - 1}:`) ? true : null),
    'every message on the stream',
  )
  expect(Array.from(events.matchAll(/"data":"(\d+):/g), match => Number(match[1]))).toEqual(all)
})

test('the operator’s cookie is Secure, and TLS below 1.2 is refused', async t => {
  const { gateway } = await startWithTls(t)
  const login = await fetchInsecurely(`${gateway.url}/api/session`, {
    method: 'POST',
    body: JSON.stringify({ user: 'admin', password: PASSWORD }),
  })
  expect(String(login.headers['set-cookie'])).toContain('; Secure')
  expect((await handshake(gateway.port, { maxVersion: 'TLSv1.2' })).version).toBe('TLSv1.2')
  const old = handshake(gateway.port, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL@SECLEVEL=0',
  })
  await expect(old).rejects.toThrow()
})

test('[R6] a new certificate is in use without a restart; one that does not fit is told and not used', async t => {
  const { gateway, folder, tls } = await startWithTls(t)
  expect((await handshake(gateway.port)).name).toBe('first')
  const open = new WebSocket(`${gateway.url.replace('https', 'wss')}/ws?channels=public:1`, {
    rejectUnauthorized: false,
  })
  t.onTestFinished(() => open.terminate())
  await new Promise(resolve => open.once('message', resolve))

  // The key alone: the pair does not fit until the certificate follows.
  const second = await makeCertificate(folder, 'second')
  await rename(second.key, tls.key)
  await poll(async () => (gateway.stderr.includes('do not belong together') ? true : null), 'the complaint')
  expect((await handshake(gateway.port)).name).toBe('first')
  await rename(second.cert, tls.cert)
  const isSecond = async () => ((await handshake(gateway.port)).name === 'second' ? true : null)
  await poll(isSecond, 'the new certificate')
  await writeFile(tls.cert, 'no certificate')
  await poll(async () => (gateway.stderr.includes('cannot be used') ? true : null), 'the second complaint')
  expect((await handshake(gateway.port)).name).toBe('second')
  expect(open.readyState).toBe(open.OPEN)
})

test.for<[string, (tls: { cert: string; key: string }) => object, RegExp]>([
  [
    'a missing file',
    tls => ({ ...tls, key: 'missing.key' }),
    /tls\.key: the file \S+missing\.key cannot be read \(ENOENT\)/,
  ],
  ['a swapped pair', ({ cert, key }) => ({ cert: key, key: cert }), /tls: the files cannot be used/],
])('%s stops the start', async ([_name, change, message], t) => {
  const folder = await makeFolder(t)
  const tls = change(await makeCertificate(folder, 'first'))
  await writeFile(join(folder, 'twinwire.yaml'), JSON.stringify(testConfig({ tls })))
  const started = run(folder)
  expect(await untilEnd(started)).toEqual({ code: 78, signal: null })
  expect(started.stderr).toMatch(message)
})
