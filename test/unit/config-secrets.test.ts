// Generated secrets: made once, kept from others' eyes, found again.

import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../gateway/config/load-config.ts'
import { completeSecrets } from '../../gateway/config/secrets.ts'

async function emptyFolder(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'twinwire-secrets-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  return cwd
}

test('the first start generates what is missing, the next ones find it', async () => {
  const cwd = await emptyFolder()
  const first = await loadConfig({ cwd, env: {} })
  expect(Object.keys(first.generated).sort()).toEqual(['adminPassword', 'apiKey', 'jwtSecret'])
  expect(first.config.apiKeys).toEqual([
    { name: 'default', key: first.generated.apiKey, publish: ['*'], read: true, admin: true },
  ])
  expect(first.config.admin.password).toBe(first.generated.adminPassword)
  expect(first.config.auth.jwt.secret).toBe(first.generated.jwtSecret)
  expect(first.secretsFile).toBe(join(cwd, 'data', 'secrets.json'))
  expect(first.apiKeyFrom).toBe('secretsFile')
  expect(JSON.parse(await readFile(first.secretsFile, 'utf8'))).toEqual(first.generated)

  const second = await loadConfig({ cwd, env: {} })
  expect(second.generated).toEqual({})
  expect(second.config).toEqual(first.config)
})

test('only the owner may read them, and nothing else is left behind', async () => {
  const dataDir = join(await emptyFolder(), 'deep', 'data')
  await completeSecrets(['apiKey'], dataDir)
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  expect(await readdir(dataDir)).toEqual(['secrets.json'])
})

test('what is given is not generated, and a later need is added to the file', async () => {
  const cwd = await emptyFolder()
  const yaml = join(cwd, 'twinwire.yaml')
  await writeFile(yaml, 'apiKeys: [{ name: shop, key: k }]\nadmin: { password: p }\n')
  const first = await loadConfig({ cwd, env: {} })
  expect(Object.keys(first.generated)).toEqual(['jwtSecret'])
  expect(first.apiKeyFrom).toBe('file')
  await rm(yaml)
  const second = await loadConfig({ cwd, env: {} })
  expect(Object.keys(second.generated).sort()).toEqual(['adminPassword', 'apiKey'])
  expect(second.config.auth.jwt.secret).toBe(first.config.auth.jwt.secret)
})

test('nothing is touched when every secret is given', async () => {
  const cwd = await emptyFolder()
  const env = { TWINWIRE_API_KEY: 'k', TWINWIRE_JWT_SECRET: 's'.repeat(32), TWINWIRE_ADMIN_PASSWORD: 'p' }
  const { config } = await loadConfig({ cwd, env })
  expect(config.apiKeys[0]!.key).toBe('k')
  expect(await readdir(cwd)).toEqual([])
})

test('gateways that start at the same moment agree on the secrets', async () => {
  const dataDir = await emptyFolder()
  const starts = Array.from({ length: 8 }, () => completeSecrets(['apiKey', 'jwtSecret'], dataDir))
  const all = await Promise.all(starts)
  expect(new Set(all.map(({ secrets }) => JSON.stringify(secrets))).size).toBe(1)
  expect(all.filter(({ generated }) => generated.apiKey !== undefined)).toHaveLength(1)
  expect(await readdir(dataDir)).toEqual(['secrets.json'])
})

test.each([
  ['{', 'this is no JSON object'],
  ['[]', 'this is no JSON object'],
  ['{"jwtSecret":"short"}', 'jwtSecret: a text of 5 bytes is not allowed'],
  ['{"apiKey":7}', 'apiKey: a number is not allowed'],
])('a file that holds %s is refused and left as it is', async (text, expected) => {
  const dataDir = await emptyFolder()
  const file = join(dataDir, 'secrets.json')
  await writeFile(file, text)
  await expect(completeSecrets(['apiKey'], dataDir)).rejects.toThrow(expected)
  expect(await readFile(file, 'utf8')).toBe(text)
})

test('a folder that cannot be made is told in one line', async () => {
  const file = join(await emptyFolder(), 'file')
  await writeFile(file, '')
  for (const dataDir of [file, join(file, 'data')]) {
    await expect(completeSecrets(['apiKey'], dataDir)).rejects.toThrow(
      `dataDir: the folder ${dataDir} cannot be made`,
    )
  }
})

test('a link that leads nowhere is told, not followed for ever', async () => {
  const dataDir = await emptyFolder()
  await symlink('nowhere', join(dataDir, 'secrets.json'))
  await expect(completeSecrets(['apiKey'], dataDir)).rejects.toThrow(/link to a file that does not exist/)
})
