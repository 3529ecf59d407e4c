// Certificates for programs of a test that speak TLS, signed by themselves. Knows no program.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Makes a certificate for this machine, and its key, in a folder; returns the paths. `name` stands in it, too. */
export async function makeCertificate(folder: string, name: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const files = ['-nodes', '-days', '2', '-keyout', key, '-out', cert]
  await execute('openssl', ['req', '-x509', ...curve, ...files, ...subject])
  return { cert, key }
}
