// Takes the steps of a document on a stage, one after the other; what fails is told with its line. Knows no document.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { DEADLINE_MS } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'
import { endOfText, isText, type Language, readSteps, type Step } from './page.ts'
import type { Stage } from './stage.ts'
import { Kept, Terminal } from './terminal.ts'

const SHOWN_MS = DEADLINE_MS

/** What is open while a document is run. */
interface Desk {
  readonly scope: Scope
  readonly stage: Stage
  readonly terminals: Map<Language, Terminal>
  readonly kept: Map<string, Kept>
  page: Page | null
  /** What the last block printed, or the program that goes on printing. */
  last: string | Kept
}

/** Runs a document; returns how many steps it had. Throws an Error that names the line that was not true. */
export async function runDocument(scope: Scope, stage: Stage, path: string, text: string): Promise<number> {
  const steps = readSteps(path, text)
  if (steps.length === 0) return 0
  await stage.clear(steps.some(step => step.do === 'configure'))
  const desk: Desk = { scope, stage, terminals: new Map(), kept: new Map(), page: null, last: '' }
  for (const step of steps) {
    try {
      await take(desk, step)
    } catch (error) {
      throw new Error(`${step.at}: ${(error as Error).message}`, { cause: error })
    }
  }
  await desk.page?.close()
  for (const open of [...desk.kept.values(), ...desk.terminals.values()]) open.end()
  await stage.subscribers(0)
  return steps.length
}

async function take(desk: Desk, step: Step): Promise<void> {
  const { stage } = desk
  switch (step.do) {
    case 'run':
      return run(desk, step)
    case 'keep':
      return keep(desk, step)
    case 'save':
      return writeFileSync(join(stage.folder, step.name), stage.here(step.code))
    case 'configure':
      return stage.restart(stage.here(step.code))
    case 'printed':
      return comparePrinted(desk, step.by, stage.here(step.text))
    case 'stop':
      return running(desk, step.what).end()
    case 'subscribers':
      return stage.subscribers(Number(step.what))
    case 'restart':
      return stage.restart()
    case 'open':
      desk.page ??= await stage.page()
      await desk.page.goto(stage.here(step.what))
      return
    case 'click':
      return opened(desk).getByRole('button', { name: step.what }).click({ timeout: SHOWN_MS })
    case 'shows':
      return opened(desk).getByText(step.what).first().waitFor({ timeout: SHOWN_MS })
  }
}

/** A whole PHP file is run by the shell; everything else goes on where the block before ended. */
async function run(desk: Desk, step: Step & { do: 'run' }): Promise<void> {
  const isFile = step.code.startsWith('<?php')
  const terminal = await terminalFor(desk, isFile ? 'sh' : step.language)
  const { status, stdout, stderr } = await terminal.paste(
    isFile ? command(desk.stage, step) : desk.stage.here(step.code),
  )
  desk.last = stdout
  if ((status !== 0) !== step.fails) throw new Error(`it ended with ${status}: ${stdout}${stderr}`)
}

/** One for each language; programs are given the variables that the shell has when they are first needed. */
async function terminalFor(desk: Desk, language: Language): Promise<Terminal> {
  const { scope, stage, terminals } = desk
  const found = terminals.get(language)
  if (found) return found
  const env = language === 'sh' ? stage.env : await exported(desk)
  const terminal = new Terminal(scope, { folder: stage.folder, env }, language)
  terminals.set(language, terminal)
  return terminal
}

const exported = async (desk: Desk) => (await terminalFor(desk, 'sh')).exported()

/** A shell block goes to a fresh terminal, as its reader is told; a program is given the variables of the first one. */
async function keep(desk: Desk, step: Step & { do: 'keep' }): Promise<void> {
  const { scope, stage } = desk
  const env = step.language === 'sh' ? stage.env : await exported(desk)
  desk.last = new Kept(scope, { folder: stage.folder, env }, command(stage, step))
  desk.kept.set(step.name, desk.last)
}

/** A page stays open; Node would end while its EventSource waits to come back. */
const STAY = "--import 'data:text/javascript,setInterval(()=>{},60000)'"

const RUNNERS: Record<Exclude<Language, 'sh'>, readonly [program: string, ending: string]> = {
  js: [`node --experimental-eventsource ${STAY}`, 'mjs'],
  php: ['php', 'php'],
}

/** What is typed to run a block: itself, or the program that runs it from a file. */
function command(stage: Stage, { language, code, at }: { language: Language; code: string; at: string }) {
  if (language === 'sh') return stage.here(code)
  const [program, ending] = RUNNERS[language]
  const file = `${at.replace(/\W/g, '-')}.${ending}`
  writeFileSync(join(stage.folder, file), `${stage.here(code)}\n`)
  return `${program} ${file}`
}

async function comparePrinted(desk: Desk, by: string | null, text: string): Promise<void> {
  const printer = by === null ? desk.last : running(desk, by)
  if (printer instanceof Kept) return printer.prints(output => endOfText(output, text), `waited for: ${text}`)
  if (!isText(printer, text)) throw new Error(`instead of\n${text}\nit printed\n${printer}`)
}

function running({ kept }: Desk, name: string): Kept {
  const found = kept.get(name)
  if (!found) throw new Error(`nothing is kept as "${name}"`)
  return found
}

function opened({ page }: Desk): Page {
  if (!page) throw new Error('no page is open')
  return page
}
