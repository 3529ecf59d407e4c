// The explainer over HTTP and at the command line: it says what the gateway does, and repeats no secret.

import { expect, test } from 'vitest'
import { runCommand } from '../harness/command.ts'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'
import { openWebSocket } from '../harness/websocket.ts'

const gateway = shared(scope =>
  startGateway(scope, {
    config: {
      channels: [
        { match: 'public:*', subscribe: 'anyone', publish: 'nobody' },
        { match: 'orders:*', subscribe: 'granted', publish: 'granted' },
      ],
    },
  }),
)

const explain = (body: object, key: string | null = API_KEY) =>
  gateway().api('POST', '/api/explain', { body, key })

test('[N3] the reason is the sentence of the refusal on a WebSocket and over HTTP', async t => {
  const token = gateway().jwt({ sub: 'ann', subscribe: ['orders:1'] })
  const socket = await openWebSocket(t, gateway().url, { token })
  const refused = await socket.ask({ type: 'subscribe', channel: 'orders:2' })
  const { status, json } = await explain({ action: 'subscribe', channel: 'orders:2', token })
  expect([status, json]).toEqual([
    200,
    { allowed: false, code: 'forbidden', rule: { match: 'orders:*', index: 1 }, reason: refused.message },
  ])
  const publish = await gateway().api('POST', '/api/publish', {
    key: token,
    body: { channel: 'public:x', data: 1 },
  })
  const explained = await explain({ action: 'publish', channel: 'public:x', token })
  expect(explained.json).toMatchObject({ allowed: false, reason: publish.json.detail })
  const granted = await explain({ action: 'read', channel: 'orders:1', token })
  expect(granted.json).toMatchObject({ allowed: true, grant: 'orders:1' })
})

test('[N3] it is for keys with admin and for operators, and a question that is none is told why', async () => {
  const question = { action: 'read', channel: 'public:x' }
  expect((await explain(question, null)).status).toBe(401)
  expect((await explain(question, gateway().jwt({ sub: 'ann' }))).status).toBe(403)
  const token = gateway().jwt({ sub: 'ann' })
  for (const [body, detail] of [
    [{ channel: 'public:x' }, 'The member "action" must be one of subscribe, publish, read, presence.'],
    [{ action: 'read' }, 'The member "channel" is missing.'],
    [{ ...question, token, user: 'ann' }, 'Name one of token, user and key, or none for anybody.'],
    [{ ...question, key: API_KEY }, 'There is no API key of this name; write its name, not the key itself.'],
    [{ ...question, user: 7 }, 'The member "user" must be a string.'],
    [{ ...question, who: 'ann' }, 'Unknown member "who"; a question has action, channel, token, user, key.'],
  ] as const) {
    expect((await explain(body)).json).toMatchObject({ status: 400, detail })
  }
})

test('[N3] the command says the same, and exits with 1 when refused', async () => {
  const { folder } = gateway()
  const [refused, allowed, { json }] = await Promise.all([
    runCommand(folder, 'explain', 'subscribe', 'orders:2', '--user', 'ann'),
    runCommand(folder, 'explain', 'publish', '@ann', '--key', 'test'),
    explain({ action: 'subscribe', channel: 'orders:2', user: 'ann' }),
  ])
  expect(refused).toEqual({
    code: 1,
    stdout: `refused (forbidden)\n  why    ${(json as { reason?: string }).reason}\n  rule   orders:*  (rule 2 of 2)\n`,
    stderr: '',
  })
  expect(allowed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^allowed\n.*"test".*\n.*built in.*\n {2}grant {2}\*\n$/),
  })
})
