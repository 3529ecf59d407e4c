// Starts an example: a gateway with the example's configuration, PHP's own server for its pages, the program that works
// behind them. `npm run example NAME`, and Ctrl-C ends all. Knows how examples are laid out, nothing of what they do.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const EXAMPLES = {
  chat: 'a chat room: who is there, and private messages',
  orders: 'orders of one user, moved on by a warehouse',
  ticker: 'many prices a second, and back in time',
  job: 'a long PHP job, watched by the page that started it',
  sse: 'a page of ten lines',
  curl: 'everything with curl alone',
}
const END_MS = 3000

const root = join(import.meta.dirname, '..')
const say = text => process.stdout.write(`${text}\n`)
const children = []
let folder = null
let isEnding = false

/** Ends everything that was started, and leaves nothing behind. */
async function end(code) {
  if (isEnding) return
  isEnding = true
  // The gateway does not wait for its clients after SIGINT, as it would after SIGTERM.
  for (const { child } of children) child.kill('SIGINT')
  const late = setTimeout(() => children.forEach(({ child }) => void child.kill('SIGKILL')), END_MS)
  await Promise.all(children.map(({ exited }) => exited))
  clearTimeout(late)
  if (folder) rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}

function fail(sentence) {
  if (!isEnding) process.stderr.write(`${sentence}\n`)
  return end(1)
}

/** Starts a program; resolves with the line that `ready` matches. If it ends, everything does. */
function start(what, command, args, env, ready) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise(resolve => {
    child.on('error', resolve)
    child.on('close', resolve)
  })
  children.push({ child, exited })
  child.on('error', error => fail(`${what} cannot be started (${error.message}): is ${command} installed?`))
  child.on('close', code => fail(`${what} has ended (${code}), so everything does.`))
  return new Promise(resolve => {
    const read = line => {
      const match = ready.exec(line)
      if (match) resolve(match)
      return match !== null
    }
    createInterface({ input: child.stdout }).on('line', read)
    createInterface({ input: child.stderr }).on('line', line => {
      if (!read(line) && isTrouble(line)) process.stderr.write(`${line}\n`)
    })
  })
}

/** PHP's server logs every request there too, and that nobody needs. */
function isTrouble(line) {
  return !/^\[[^\]]+\] 127\.0\.0\.1:/.test(line)
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** A gateway with the example's configuration, in which the page's address is put right. */
async function startGateway(source, site, secrets) {
  const file = join(source, 'twinwire.yaml')
  const config = existsSync(file) ? readFileSync(file, 'utf8') : ''
  writeFileSync(join(folder, 'twinwire.yaml'), config.replaceAll('127.0.0.1:8000', site))
  const entry = join(root, 'gateway/twinwire.js')
  const env = { ...secrets, TWINWIRE_CONFIG: 'twinwire.yaml', TWINWIRE_PORT: '0', TWINWIRE_DATA_DIR: 'data' }
  const ready = /listening on (http:\S+)/
  return (await start('The gateway', process.execPath, [entry], env, ready))[1]
}

/** PHP's own server for the pages, the client that they load, and the program behind them. */
async function startPhp(source, site, env) {
  spawnSync(process.execPath, [join(root, 'scripts/build-client.js')], { stdio: 'inherit' })
  const sessions = join(folder, 'sessions')
  mkdirSync(sessions)
  const options = ['-d', `session.save_path=${sessions}`, '-S', site, '-t', join(source, 'public')]
  const router = join(root, 'examples/site.php')
  await start("PHP's server", 'php', [...options, router], env, /Development Server .* started/)
  const worker = join(source, 'worker.php')
  if (existsSync(worker)) await start('The worker', 'php', [worker], env, /ready/)
}

/** One page without PHP: the file itself, in which the gateway's address is put right. */
function serveFile(source, port, gateway) {
  const page = createServer((_request, response) => {
    const text = readFileSync(join(source, 'index.html'), 'utf8')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(text.replaceAll('http://127.0.0.1:8080', gateway))
  })
  return new Promise(resolve => page.listen(port, '127.0.0.1', resolve))
}

/** A script that says what it does and ends by itself; everything ends with it. */
async function runScript(script, env) {
  const child = spawn('sh', [script], { env: { ...process.env, ...env }, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return end(code ?? 1)
}

function makeSecrets() {
  const names = ['TWINWIRE_API_KEY', 'TWINWIRE_JWT_SECRET', 'TWINWIRE_HOOK_SECRET', 'TWINWIRE_ADMIN_PASSWORD']
  return Object.fromEntries(names.map(name => [name, randomBytes(24).toString('base64url')]))
}

async function run(name) {
  const source = join(root, 'examples', name)
  const secrets = makeSecrets()
  folder = mkdtempSync(join(tmpdir(), 'twinwire-example-'))
  const port = await freePort()
  const gateway = await startGateway(source, `127.0.0.1:${port}`, secrets)
  const env = { ...secrets, TWINWIRE_URL: gateway }
  const script = join(source, 'talk.sh')
  if (existsSync(script)) return runScript(script, env)
  const hasPhp = existsSync(join(source, 'public'))
  if (hasPhp) await startPhp(source, `127.0.0.1:${port}`, env)
  else await serveFile(source, port, gateway)
  say(`\n  ${name}: ${EXAMPLES[name]}\n`)
  say(`  open       http://127.0.0.1:${port}/`)
  say(`  dashboard  ${gateway}/  (user admin, password ${secrets.TWINWIRE_ADMIN_PASSWORD})`)
  if (!hasPhp) {
    say(`  publish    curl ${gateway}/api/publish -H 'Authorization: Bearer ${secrets.TWINWIRE_API_KEY}' \\`)
    say(`               -d '{"channel": "public:demo", "data": "Hello"}'`)
  }
  say(`\n  Ctrl-C ends it, and nothing is kept.`)
}

const name = process.argv[2]
if (name !== undefined && Object.hasOwn(EXAMPLES, name)) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0))
  await run(name)
} else {
  const list = Object.entries(EXAMPLES).map(([each, about]) => `  npm run example ${each.padEnd(7)} ${about}`)
  process.stderr.write(`Which one?\n${list.join('\n')}\n`)
  process.exitCode = 64
}
