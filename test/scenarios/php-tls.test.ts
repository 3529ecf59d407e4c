// The PHP client over https and wss: a certificate it trusts, and one it does not.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { API_KEY, makeFolder, startGateway } from '../harness/gateway.ts'
import { PHP_CLIENT, runPhp } from '../harness/php-script.ts'

test('publishes, reads and listens over TLS, and trusts no certificate of its own accord', async t => {
  const folder = await makeFolder(t)
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const files = ['-nodes', '-days', '2', '-keyout', key, '-out', cert]
  await promisify(execFile)('openssl', ['req', '-x509', ...curve, ...files, ...subject])
  const gateway = await startGateway(t, { config: { tls: { cert, key } } })
  const env = { TWINWIRE_URL: gateway.url, TWINWIRE_API_KEY: API_KEY }
  expect(gateway.url).toMatch(/^https:/)
  const trust = ['-d', `openssl.cafile=${cert}`, '-d', `curl.cainfo=${cert}`]
  const file = join(PHP_CLIENT, 'tests/tls.php')
  expect(await runPhp(t, file, [], env, trust).rest()).toEqual(['done'])
  expect(await runPhp(t, file, ['untrusted'], env).rest()).toEqual(['done'])
})
