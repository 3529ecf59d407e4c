// Where the steps of documents are taken: one gateway as a newcomer starts it, a folder, terminals, a browser. Knows no document.

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { parse } from 'yaml'
import { ROOT } from '../architecture/source-file.ts'
import { openBrowser, openPage } from '../harness/browser.ts'
import { call } from '../harness/call.ts'
import { poll } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { ENTRY, type Gateway, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'

/** Nothing but what keeps the test short: the rest is what a first start has. */
const CONFIG = { apiKeys: undefined, auth: undefined, admin: undefined, drain: '100ms' }
/** What documents name from the project's folder. */
const LINKED = ['clients', 'examples']

export interface Stage {
  readonly gateway: Gateway
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** A text of a document with the addresses of this stage. */
  here(text: string): string
  /** Restarts the gateway, with another configuration (YAML) if there is one. */
  restart(yaml?: string): Promise<void>
  /** Waits for so many subscriptions in all. */
  subscribers(count: number): Promise<void>
  page(): Promise<Page>
  /** Forgets messages, and the configuration unless the next document brings its own. */
  clear(isConfigured: boolean): Promise<void>
}

export async function openStage(scope: Scope): Promise<Stage> {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-client.js')])
  const gateway = await startGateway(scope, { config: CONFIG })
  const { folder } = gateway
  const pagePort = await freePort()
  let given: Record<string, undefined> = {}
  let isChanged = false
  let browser: Browser | null = null
  const api = async (method: string, path: string) =>
    call(gateway.url + path, method, { key: keyOf(gateway) })
  const restart = async (yaml?: string) => {
    await gateway.kill('SIGTERM')
    if (yaml === undefined) return gateway.restart()
    const config = { ...CONFIG, ...parse(yaml) }
    await gateway.restart({ ...given, ...config })
    given = Object.fromEntries(Object.keys(config).map(key => [key, undefined]))
    isChanged = true
  }
  return {
    gateway,
    folder,
    env: { ...environment(folder), TWINWIRE_URL: gateway.url },
    here: text =>
      text
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${gateway.port}`)
        .replaceAll('127.0.0.1:8000', `127.0.0.1:${pagePort}`),
    restart,
    async subscribers(count) {
      let found = -1
      const look = async () => {
        const { json } = await api('GET', '/api/channels?limit=1000')
        found = (json.channels ?? []).reduce((sum, channel) => sum + (channel.subscribers ?? 0), 0)
        return found === count ? true : null
      }
      await poll(look, `${count} subscriptions`)
    },
    async page() {
      browser ??= await openBrowser(scope)
      return (await openPage(browser)).page
    },
    async clear(isConfigured) {
      if (!isConfigured && isChanged) await restart('{}')
      if (!isConfigured) isChanged = false
      const { json } = await api('GET', '/api/channels?limit=1000')
      for (const { name } of json.channels ?? [])
        await api('DELETE', `/api/channels/${encodeURIComponent(name!)}/messages`)
    },
  }
}

function keyOf({ dataDir }: Gateway): string {
  return JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).apiKey
}

/** The folder looks like the project's, as far as documents use it; returns the variables of its terminals. */
function environment(folder: string): Record<string, string | undefined> {
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(folder, name))
  mkdirSync(join(folder, 'node_modules/@twinwire'), { recursive: true })
  symlinkSync(join(ROOT, 'clients/js'), join(folder, 'node_modules/@twinwire/client'))
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  // npm's own takes a second and more for each call.
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1" = twinwire ] && shift && exec '${process.execPath}' '${ENTRY}' "$@"\nexit 1\n`,
  )
  chmodSync(join(bin, 'npx'), 0o755)
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('TWINWIRE_'))
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter)
  return { ...Object.fromEntries(clean), PATH, NODE_NO_WARNINGS: '1', no_proxy: '*' }
}
