// The command `twinwire explain`: which rule and grant decide about somebody and a channel, and why. Asks the configuration
// and the records, not a running gateway. Starts nothing.

import { parseArgs } from 'node:util'
import { createAccess } from '../access/access.ts'
import { ACTIONS, type Action, type Explanation, type Question } from '../access/explain.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { ChannelRules } from '../core/channel-rules.ts'
import type { Identity } from '../core/identity.ts'
import { type Command, UsageError } from './command.ts'
import { withKeys } from './with-keys.ts'

const USAGE = `write explain ${ACTIONS.join('|')} CHANNEL [--token TOKEN | --user NAME | --key NAME]; --token - reads it from the standard input`

const OPTIONS = { token: { type: 'string' }, user: { type: 'string' }, key: { type: 'string' } } as const

/** Exits with 1 when it is refused, so that a script can ask. */
export const explain: Command = {
  name: 'explain',
  summary: 'says who may do what on a channel, and why',
  async run(args) {
    const question = await readQuestion(args)
    const { config } = await loadConfig({ cwd: process.cwd(), env: process.env })
    const access = createAccess({
      config,
      rules: new ChannelRules(config.channels),
      clock: Date.now,
      identifyKey: () => null,
      keyNamed: name => withKeys<Identity | null>(config, keys => keys.named(name)),
      warn: message => process.stderr.write(`twinwire: ${message}\n`),
    })
    const answer = await access.explain(question)
    if ('message' in answer) throw new UsageError(`${answer.message} Usage: ${USAGE}`)
    process.stdout.write(linesOf(answer, config))
    if (!answer.allowed) process.exitCode = 1
  },
}

async function readQuestion(args: readonly string[]): Promise<Question> {
  const { values, positionals } = parse(args)
  const [action, channel, ...more] = positionals
  if (!isAction(action) || channel === undefined || more.length > 0) throw new UsageError(USAGE)
  // A token on the command line is seen by everybody on this machine.
  const token = values.token === '-' ? await readStandardInput() : values.token
  return { action, channel, ...values, token }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; ${USAGE}`)
  }
}

function isAction(text: string | undefined): text is Action {
  return ACTIONS.some(action => action === text)
}

async function readStandardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text.trim()
}

function linesOf({ allowed, code, rule, grant, reason }: Explanation, { channels }: Config): string {
  const place = rule.index === null ? 'built in' : `rule ${rule.index + 1} of ${channels.length}`
  const lines = [
    allowed ? 'allowed' : `refused (${code})`,
    `  why    ${reason}`,
    `  rule   ${rule.match}  (${place})`,
  ]
  if (grant !== undefined) lines.push(`  grant  ${grant}`)
  return `${lines.join('\n')}\n`
}
