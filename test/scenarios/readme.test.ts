// The README's commands and snippets, run as they stand there: whoever pastes them must not be disappointed.

import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { call } from '../harness/call.ts'
import { poll, within } from '../harness/deadline.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'

const execute = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const CHANNEL = 'public:demo'

/** The code block behind `<!-- run: NAME -->`, speaking to this gateway instead of the one on port 8080. */
function snippet(name: string, gateway: Gateway): string {
  const block = new RegExp(`<!-- run: ${name} -->\\n\`\`\`\\w+\\n(.*?)^\`\`\`$`, 'ms').exec(readme)
  if (!block) throw new Error(`The README has no block "${name}".`)
  const code = block[1]!.replaceAll('127.0.0.1:8080', `127.0.0.1:${gateway.port}`)
  if (code === block[1]) throw new Error(`The block "${name}" does not name the gateway's address.`)
  return code
}

/** A gateway as the README starts it: its API key is generated and in `data/secrets.json`. */
async function startFirstTime(scope: Scope): Promise<{ gateway: Gateway; key: string }> {
  const gateway = await startGateway(scope, { config: { apiKeys: undefined, drain: '200ms' } })
  const secrets = JSON.parse(await readFile(join(gateway.dataDir, 'secrets.json'), 'utf8'))
  return { gateway, key: secrets.apiKey }
}

interface Listener {
  /** Waits until what it printed contains a text; how often it does is the answer. */
  prints(text: string): Promise<number>
}

/** A page stays open; Node ends while its EventSource waits to reconnect. */
const STAY = 'setInterval(() => {}, 60_000)\n'

/** Runs browser code in Node, which has the same EventSource and WebSocket. */
async function listen(scope: Scope, gateway: Gateway, name: string): Promise<Listener> {
  const file = join(gateway.folder, `${name}.mjs`)
  await writeFile(file, snippet(name, gateway) + STAY)
  const child = spawn(process.execPath, ['--experimental-eventsource', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  scope.onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let output = ''
  let wake = () => {}
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
    wake()
  })
  const printed = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  return {
    async prints(text) {
      await within(printed(text), () => `"${text}" in what ${name} prints: ${output}`)
      return output.split(text).length - 1
    },
  }
}

async function haveSubscribed(gateway: Gateway, key: string, count: number): Promise<void> {
  const address = `${gateway.url}/api/channels?prefix=${CHANNEL}`
  const look = async () => {
    const { text } = await call(address, 'GET', { key })
    return text.includes(`"subscribers":${count},`) ? true : null
  }
  await poll(look, `${count} subscribers of ${CHANNEL}`)
}

test('[W1] [S1] the first minute: publish, receive by both transports, restart, miss nothing', async t => {
  const { gateway, key } = await startFirstTime(t)
  const listeners = [await listen(t, gateway, 'eventsource'), await listen(t, gateway, 'websocket')]
  await haveSubscribed(gateway, key, 2)

  const { stdout } = await execute('/bin/sh', ['-c', snippet('publish', gateway)], { cwd: gateway.folder })
  expect(JSON.parse(stdout)).toMatchObject({ channel: CHANNEL, subscribers: 2 })
  for (const listener of listeners) expect(await listener.prints('Hello')).toBe(1)

  await gateway.kill('SIGTERM')
  await gateway.restart()
  const body = { channel: CHANNEL, data: { text: 'Welcome back' } }
  expect((await call(`${gateway.url}/api/publish`, 'POST', { key, body })).status).toBe(200)
  for (const listener of listeners) expect(await listener.prints('Welcome back')).toBe(1)
  for (const listener of listeners) expect(await listener.prints('Hello')).toBe(1)
})

test('[H3] publishing from PHP without a library', async t => {
  const { gateway, key } = await startFirstTime(t)
  const file = join(gateway.folder, 'hello.php')
  await writeFile(file, snippet('php', gateway))
  const { stdout } = await execute('php', [file], { env: { ...process.env, TWINWIRE_API_KEY: key } })
  expect(JSON.parse(stdout)).toMatchObject({ channel: CHANNEL, subscribers: 0, id: expect.any(String) })
})

test('the two commands of the README are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const commands = Array.from(
    readme.matchAll(/^```sh\nnpm ci && npm (?:run )?(\w+)\n```$/gm),
    match => match[1]!,
  )
  expect(commands).toEqual(['start', 'test'])
  for (const command of [...commands, 'bench']) expect(scripts).toHaveProperty(command)
})
