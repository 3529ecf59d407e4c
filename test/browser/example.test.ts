// The example page and the PHP example, used as a newcomer would. Knows what they show, not how.

import { expect, test } from 'vitest'
import { openBrowser, openPage } from '../harness/browser.ts'
import { startGateway } from '../harness/gateway.ts'
import { publishFromPhp } from '../harness/php.ts'
import { shared } from '../harness/scope.ts'

const browser = shared(openBrowser)

test('[R2] the example page shows both wires, and what was missed when one was cut', async t => {
  const gateway = await startGateway(t)
  await gateway.publish('public:demo', 'before')
  const { page, errors } = await openPage(browser())
  await page.goto(`${gateway.url}/examples/`)
  const lanes = ['WebSocket', 'EventSource'].map(name => page.getByRole('region', { name }))
  for (const lane of lanes) {
    await lane.getByText('"before"').waitFor()
    await lane.getByRole('status').getByText('live', { exact: true }).waitFor()
  }
  await gateway.publish('public:demo', { text: 'hello' })
  for (const lane of lanes) {
    const row = lane.getByRole('listitem').filter({ hasText: '{"text":"hello"}' })
    expect(await row.textContent()).toContain('live')
  }
  for (const lane of lanes) await lane.getByRole('button', { name: 'Cut the wire' }).click()
  await gateway.publish('public:demo', 'while cut')
  for (const lane of lanes) {
    await lane.getByText('"while cut"').waitFor()
    await lane.getByRole('status').getByText('live', { exact: true }).waitFor()
    expect(await lane.getByText('"before"').count()).toBe(1)
    const reconnects = lane.locator('dl > div').filter({ hasText: 'Reconnects' })
    expect(await reconnects.getByRole('definition').textContent()).toBe('1')
  }
  const { json } = await gateway.api('GET', '/api/connections')
  for (const { id } of json.connections!) await gateway.api('DELETE', `/api/connections/${id}`)
  for (const lane of lanes) {
    await lane.getByRole('status').getByText('It will not come back.').waitFor()
  }
  expect(errors).toEqual([])
  await page.close()
})

test('[H3] PHP publishes JSON as it is written, and says in a sentence what is wrong', async t => {
  const gateway = await startGateway(t)
  const right = publishFromPhp(t, gateway.url, 'public:php', ['{"big":12345678901234567890,"e":{}}', 'null'])
  expect(await right.exited).toEqual({ code: 0, stderr: '' })
  const history = await gateway.api('GET', '/api/channels/public%3Aphp/messages')
  expect(history.text).toContain('"data":{"big":12345678901234567890,"e":{}}')
  expect(right.ids).toEqual(history.json.messages!.map(message => message.id))

  const broken = publishFromPhp(t, gateway.url, 'public:php', ['1', '{"half'])
  expect(await broken.exited).toMatchObject({ code: 1, stderr: expect.stringContaining('Message 2') })
  const refused = publishFromPhp(t, gateway.url, 'public:php', ['1'], 'wrong-key')
  expect(await refused.exited).toMatchObject({ code: 1, stderr: expect.stringMatching(/401: \S+/) })
})
