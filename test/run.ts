// All checks, in the order of their cost: tools, types, style, dashboard, tests. Knows no test; counts what they say.
// With `--quick` only those that start no gateway and no browser.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensureSystemPackages } from './system-packages.ts'
import { countTests, type Total } from './total.ts'

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules/.bin')
const TYPE_PROJECTS = [
  'tsconfig.json',
  'shared/tsconfig.json',
  'clients/js/tsconfig.json',
  'dashboard/tsconfig.json',
]

const isQuick = process.argv.includes('--quick')
const QUICK_PROJECTS = ['architecture', 'unit', 'contract']

const total: Total = { passed: 0, failed: 0 }

const say = (text: string) => process.stdout.write(`${text}\n`)

/** Runs a program of the project, its output shown; returns whether it succeeded. */
function run(title: string, command: string, args: readonly string[]): boolean {
  const begun = Date.now()
  say(`== ${title}`)
  // The project's own Node comes first, so that everything runs in the version it pins.
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` }
  const { status } = spawnSync(join(BIN, command), args, { cwd: ROOT, env, stdio: 'inherit' })
  say(`== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`)
  return status === 0
}

function check(title: string, command: string, args: readonly string[]): void {
  if (run(title, command, args)) total.passed++
  else total.failed++
}

function runTests(): void {
  const folder = mkdtempSync(join(tmpdir(), 'twinwire-results-'))
  const results = join(folder, 'results.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const projects = isQuick ? QUICK_PROJECTS.map(name => `--project=${name}`) : []
  const succeeded = run('tests', 'vitest', ['run', ...projects, ...reporters])
  const counted = countTests(results, succeeded)
  rmSync(folder, { recursive: true })
  total.passed += counted.passed
  total.failed += counted.failed
}

const trouble = isQuick ? null : ensureSystemPackages(say)
if (trouble === null) {
  for (const project of TYPE_PROJECTS) check(`types of ${project}`, 'tsc', ['-p', project])
  check('style', 'biome', ['check'])
  check('client', 'node', ['scripts/build-client.js'])
  if (!isQuick) check('dashboard', 'node', ['scripts/build-dashboard.js'])
  runTests()
} else {
  say(trouble)
  total.failed++
}
say(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
