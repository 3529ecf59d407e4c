// Where tokens and sessions must never be read again: logs, errors, what operators see (rule W4).

import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { startGateway } from '../harness/gateway.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { openSse } from '../harness/sse.ts'
import { signToken } from '../harness/token.ts'
import { openWebSocket } from '../harness/websocket.ts'
import { startApplication } from './hook-application.ts'

test('[W4] a token is in no log line, no error, no view, and no event', async t => {
  const gateway = await startGateway(t, { config: { logLevel: 'trace' } })
  const login = await call(`${gateway.url}/api/session`, 'POST', {
    body: { user: 'admin', password: 'test-password-of-the-black-box-suite' },
  })
  const session = login.headers.get('set-cookie')!.split(';', 1)[0]!
  const operator = await openWebSocket(t, gateway.url, { channels: '$events', headers: { Cookie: session } })
  await operator.next('live')

  const good = gateway.jwt({ sub: 'ann', subscribe: ['a'] })
  const bad = signToken('another-secret-0123456789-0123456789', { sub: 'ann' })
  const answers: string[] = []
  for (const token of [good, bad]) {
    const socket = await openWebSocket(t, gateway.url, { token, channels: ['a', 'b'] })
    await socket.next(frame => frame.type === 'live' || frame.type === 'goodbye')
    if (token === good) await socket.ask({ type: 'auth', token: bad })
    const stream = await openSse(t, gateway.url, { token, channels: ['a', 'b'] })
    if (stream.status === 200) await stream.next('live')
    else answers.push((await stream.ended).body!)
    answers.push(JSON.stringify([...socket.frames, ...stream.frames]))
    for (const path of [`/api/stats?token=${token}`, `/nowhere?token=${token}`, `/ws?token=${token}`]) {
      const answer = await call(gateway.url + path, 'GET', {
        headers: { Referer: `https://x/?token=${token}` },
      })
      answers.push(answer.text)
    }
    answers.push((await call(`${gateway.url}/ws?token=${token}&x=${'x'.repeat(17_000)}`, 'GET')).text)
    const raw = await openRaw(t, gateway.port)
    raw.send(`GET /sse?token=${token} HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n`)
    await raw.closed
    answers.push(raw.text)
  }
  const views = await gateway.api('GET', '/api/connections')
  expect(views.json.connections!.length).toBeGreaterThan(2)
  answers.push(views.text, JSON.stringify(operator.frames), gateway.stdout, gateway.stderr)
  expect(operator.frames.length).toBeGreaterThan(4)
  expect(answers.length).toBeGreaterThan(10)
  for (const token of [good, bad]) {
    const [, payload, signature] = token.split('.')
    for (const answer of answers) {
      expect(answer).not.toContain(payload)
      expect(answer).not.toContain(signature)
    }
  }
})

test('[W4] what the application is asked with, and its secret, is in no log line either', async t => {
  const { gateway, visitor } = await startApplication(t, { timeout: '100ms' })
  const broken = visitor(() => ({ status: 500, body: 'with-a-stack' }), {
    Authorization: 'Bearer 9|of-the-app',
  })
  const socket = await openWebSocket(t, gateway.url, { channels: 'a', headers: broken.headers })
  await socket.next('goodbye')
  const seen = [gateway.stdout, gateway.stderr, JSON.stringify(socket.frames)]
  for (const secret of ['sid=', 'of-the-app', 'with-a-stack', 'hook-secret-of']) {
    for (const text of seen) expect(text).not.toContain(secret)
  }
})
