// Laravel's broadcaster: its tokens and events against the real gateway, `toOthers` included. Laravel itself is stood in for.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { API_KEY, JWT_SECRET, startGateway } from '../harness/gateway.ts'
import { PHP_CLIENT, runPhp } from '../harness/php-script.ts'
import { openSse } from '../harness/sse.ts'

test('[H4] Laravel: callbacks decide, events arrive, and not at the page that caused them', async t => {
  const gateway = await startGateway(t)
  const env = { TWINWIRE_URL: gateway.url, TWINWIRE_API_KEY: API_KEY, JWT_SECRET }
  const script = runPhp(t, join(PHP_CLIENT, 'laravel/tests/broadcaster.php'), [], env)
  const token = await script.line()
  const page = await openSse(t, gateway.url, {
    token,
    channels: ['private-orders.7', 'private-orders.8'],
    sender: 'page-1',
  })
  expect((await page.next('welcome')).user).toBe('7')
  expect(await page.next('failure')).toMatchObject({ channel: 'private-orders.8', code: 'forbidden' })
  await page.next('live')
  script.say('')
  expect(await script.rest()).toEqual(['done'])
  // The first event carries this page's own id, so the second is the first to come.
  expect(await page.next('message')).toMatchObject({ event: 'OrderSent', data: {} })
})
