// The calls of the HTTP API that are about no channel, made by everybody; and no call is left out of the access table.

import { expect, test } from 'vitest'
import { CREDENTIALS } from '../access/door.ts'
import { answerOf, ELSEWHERE, OPERATIONS, type Operation } from '../access/operations.ts'
import { makeSecrets, show, tableConfig } from '../access/shown.ts'
import { call } from '../harness/call.ts'
import { startGateway } from '../harness/gateway.ts'
import { shared } from '../harness/scope.ts'

const door = shared(async scope => {
  const gateway = await startGateway(scope, { config: tableConfig() })
  return { gateway, secrets: await makeSecrets(gateway) }
})

const nameOf = ({ method, path }: Operation) => `${method} ${path}`

test.for(CREDENTIALS)('[W4] %s: every call answers as the protocol says', async credential => {
  const { gateway, secrets } = door()
  const place = credential.startsWith('session') ? 'cookie, own page' : 'header'
  const { headers } = show(credential, place, secrets, gateway.url)
  for (const operation of OPERATIONS) {
    const { method, path, body } = operation
    const answer = await call(gateway.url + path.replace(/\{\w+\}/, 'nobody'), method, { headers, body })
    const seen = `${answer.status} ${answer.json.code ?? ''}`.trim()
    expect([nameOf(operation), seen]).toEqual([nameOf(operation), answerOf(operation, credential)])
  }
})

test('every call that OpenAPI describes is in the access table', async () => {
  const { paths } = JSON.parse((await door().gateway.api('GET', '/api/openapi.json')).text)
  const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual([...OPERATIONS.map(nameOf), ...ELSEWHERE].sort())
})
