// The client's README, run as it stands there: in Node, with the built package, against a real gateway.

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ROOT } from '../architecture/source-file.ts'
import { within } from '../harness/deadline.ts'
import { type Gateway, startGateway } from '../harness/gateway.ts'
import type { Scope } from '../harness/scope.ts'

const CLIENT = join(ROOT, 'clients/js')
const readme = readFileSync(join(CLIENT, 'README.md'), 'utf8')

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-client.js')])
}, 60_000)

/** Runs the code block behind `<!-- run: NAME -->` against this gateway; what it prints can be waited for. */
function runSnippet(scope: Scope, gateway: Gateway, name: string, env: Record<string, string> = {}) {
  const block = new RegExp(`<!-- run: ${name} -->\\n\`\`\`js\\n(.*?)^\`\`\`$`, 'ms').exec(readme)
  if (!block) throw new Error(`The README has no block "${name}".`)
  const scope_ = join(gateway.folder, 'node_modules/@twinwire')
  mkdirSync(scope_, { recursive: true })
  symlinkSync(CLIENT, join(scope_, 'client'))
  const file = join(gateway.folder, `${name}.mjs`)
  writeFileSync(file, block[1]!.replaceAll('127.0.0.1:8080', `127.0.0.1:${gateway.port}`))
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } })
  scope.onTestFinished(() => void child.kill('SIGKILL'))
  const run = { output: '', exited: new Promise<number | null>(resolve => child.on('close', resolve)) }
  let look = () => {}
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      run.output += chunk
      look()
    })
  const prints = (text: string) =>
    within(
      new Promise<void>(resolve => {
        look = () => {
          if (run.output.includes(text)) resolve()
        }
        look()
      }),
      () => `"${text}" in: ${run.output}`,
      20_000,
    )
  return { run, prints }
}

test('[R2] receive: history, then what comes, over a restart', async t => {
  const gateway = await startGateway(t, { config: { drain: '200ms' } })
  await gateway.publish('public:demo', 'before')
  const { prints, run } = runSnippet(t, gateway, 'receive')
  await prints('before')
  await gateway.kill('SIGTERM')
  await gateway.restart()
  await gateway.publish('public:demo', 'after')
  await prints('after')
  expect(run.output).toBe('before\nafter\n')
})

test('[W3] talk: publish, a loop, history, and an end that leaves Node nothing to wait for', async t => {
  const gateway = await startGateway(t)
  const TOKEN = gateway.jwt({ sub: 'ada', subscribe: ['chat'], publish: ['chat'] })
  const { prints, run } = runSnippet(t, gateway, 'talk', { TOKEN })
  await prints('1 so far')
  expect(run.output).toBe('ada says Hello\n1 so far\n')
  expect(await within(run.exited, 'the end of the process')).toBe(0)
})
