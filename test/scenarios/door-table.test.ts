// Every cell of the access table (docs/access.md): who, from where, for which channel, to do what; asked of a real gateway
// and compared with what the protocol says.

import { expect, test } from 'vitest'
import { CELLS_A_ROW, type Credential, GRANTED, nameOf, rows } from '../access/door.ts'
import { type Door, knock } from '../access/knock.ts'
import { expected } from '../access/oracle.ts'
import { makeSecrets, tableConfig } from '../access/shown.ts'
import { startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'
import { type Reply, startWebServer } from '../harness/web-server.ts'

const ROWS_AT_ONCE = 6

/** Asks for the cells of all rows, some rows at a time; returns those that came out otherwise. */
async function surprises(scope: Scope, all: ReturnType<typeof rows>, door: Door): Promise<string[]> {
  const open = [...all]
  const wrong: string[] = []
  let asked = 0
  const work = async () => {
    for (let row = open.pop(); row; row = open.pop()) {
      for (const [cell, outcome] of await knock(scope, row, door)) {
        asked += 1
        const said = expected(cell)
        if (outcome !== said) wrong.push(`${nameOf(cell)}: ${outcome}, but the protocol says ${said}`)
      }
    }
  }
  await Promise.all(Array.from({ length: ROWS_AT_ONCE }, work))
  expect(asked).toBe(all.length * CELLS_A_ROW)
  return wrong
}

test('[W4] [W6] [N2] [N3] [S8] every cell of the table is as the protocol says', async t => {
  const gateway = await startGateway(t, { config: tableConfig() })
  const door = { url: gateway.url, secrets: await makeSecrets(gateway) }
  expect(await surprises(t, rows(false), door)).toEqual([])
})

const ANSWERS: Partial<Record<Credential, Reply>> = {
  'application: nobody': { body: {} },
  'application: a user': { body: { user: 'ann' } },
  'application: a user, with grants': { body: { user: 'ann', subscribe: GRANTED, publish: GRANTED } },
  'application: 401': { status: 401 },
  'application: 403': { status: 403 },
  'application: no answer': { status: 500 },
}

test('[W4] [W6] [S5] and so it is where an application decides, which no foreign page can have asked', async t => {
  const application = await startWebServer(t, ({ headers }) => {
    const sid = /sid=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
    return ANSWERS[decodeURIComponent(sid) as Credential] ?? { status: 404 }
  })
  const gateway = await startGateway(t, {
    config: tableConfig({ url: `${application.url}/hook`, timeout: '30s' }),
  })
  const wrong = await surprises(t, rows(true), { url: gateway.url, secrets: new Map() })
  expect(wrong).toEqual([])
  expect(application.received.length).toBeGreaterThan(20)
  expect(application.received.filter(({ body }) => body.includes('page=foreign'))).toEqual([])
})
